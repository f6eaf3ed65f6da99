//! A record as one line of JSON: our own members first and on the top level, the program's in `fields`, so that no name
//! that it chooses can stand for one of ours.

use std::io::Write as _;

use opentelemetry::logs::AnyValue;

use super::escape;
use super::record::{Record, Value};

/// Writes the line with its end. `service`: the service's name.
pub(super) fn write(record: &Record, service: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    super::line::write_time(record.time, out);
    out.extend_from_slice(b"\",\"severity\":\"");
    out.extend_from_slice(record.severity.name().as_bytes());
    out.extend_from_slice(b"\",\"target\":");
    string(record.target(), out);
    out.extend_from_slice(b",\"message\":");
    string(record.message(), out);
    let ids = &record.ids;
    // A vector takes whatever is written to it.
    if ids.trace_id != 0 {
        let _ = write!(out, ",\"trace_id\":\"{:032x}\"", ids.trace_id);
    }
    if ids.span_id != 0 {
        let _ = write!(out, ",\"span_id\":\"{:016x}\"", ids.span_id);
    }
    if let Some(id) = &ids.correlation {
        let _ = write!(out, ",\"correlation_id\":\"{}\"", id.as_str());
    }
    out.extend_from_slice(b",\"service.name\":");
    string(service, out);
    if let Some(name) = record.event_name {
        out.extend_from_slice(b",\"event_name\":");
        string(name, out);
    }
    let mut separator: &[u8] = b",\"fields\":{";
    for (name, value) in record.fields() {
        out.extend_from_slice(separator);
        separator = b",";
        string(name, out);
        out.push(b':');
        write_value(&value, out);
    }
    if separator == b"," {
        out.push(b'}');
    }
    if record.left_out() > 0 {
        let _ = write!(out, ",\"fields_left_out\":{}", record.left_out());
    }
    out.extend_from_slice(b"}\n");
}

pub(super) fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    let written = match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Uint(value) => write!(out, "{value}"),
        Value::Double(value) => return double(*value, out),
        Value::Str(text) => return string(text, out),
        Value::Strs(texts) => return list(texts.iter(), out, |text, out| string(text, out)),
        Value::Any(value) => return any(value, out),
    };
    // A vector takes whatever is written to it.
    let _ = written;
}

/// JSON knows neither infinity nor what is no number: they are strings.
fn double(value: f64, out: &mut Vec<u8>) {
    let _ = if value.is_finite() {
        write!(out, "{value:?}")
    } else {
        write!(out, "\"{value}\"")
    };
}

pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape::json(text, out);
    out.push(b'"');
}

fn list<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, each: impl Fn(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (number, item) in items.enumerate() {
        if number > 0 {
            out.push(b',');
        }
        each(item, out);
    }
    out.push(b']');
}

/// Nesting is bounded by what a record takes of one value.
pub(super) fn any(value: &AnyValue, out: &mut Vec<u8>) {
    match value {
        AnyValue::Boolean(value) => write_value(&Value::Bool(*value), out),
        AnyValue::Int(value) => write_value(&Value::Int(*value), out),
        AnyValue::Double(value) => double(*value, out),
        AnyValue::String(text) => string(text.as_str(), out),
        AnyValue::Bytes(bytes) => {
            out.push(b'"');
            for byte in bytes.iter() {
                let _ = write!(out, "{byte:02x}");
            }
            out.push(b'"');
        }
        AnyValue::ListAny(items) => list(items.iter(), out, any),
        AnyValue::Map(map) => {
            // A map has no order; a line does.
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            out.push(b'{');
            for (number, (key, value)) in members.into_iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                string(key.as_str(), out);
                out.push(b':');
                any(value, out);
            }
            out.push(b'}');
        }
        _ => out.extend_from_slice(b"null"),
    }
}
