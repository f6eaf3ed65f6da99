//! A record as a line for people: time, severity, target, our ids in brackets, the message, the fields. What could be taken
//! for something else stands in quotes.

use std::io::Write as _;

use opentelemetry::logs::Severity;

use super::record::{Record, Value};
use super::{escape, json};

/// Escape sequences of a terminal.
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// Writes the line with its end.
pub(super) fn write(record: &Record, coloured: bool, out: &mut Vec<u8>) {
    let (dim, plain) = if coloured { (DIM, PLAIN) } else { ("", "") };
    let colour = if coloured {
        colour(record.severity)
    } else {
        ""
    };
    out.extend_from_slice(dim.as_bytes());
    super::line::write_time(record.time, out);
    // A vector takes whatever is written to it.
    let _ = write!(
        out,
        "{plain} {colour}{:<5}{plain} {dim}",
        record.severity.name()
    );
    word(record.target(), out);
    out.push(b':');
    ids(record, out);
    let _ = write!(out, "{plain} ");
    let message = record.message();
    if escape::is_plain_text(message) {
        out.extend_from_slice(message.as_bytes());
    } else {
        json::string(message, out);
    }
    for (name, value) in record.fields() {
        let _ = write!(out, " {dim}");
        word(name, out);
        let _ = write!(out, "={plain}");
        match value {
            Value::Str(text) => word(text, out),
            other => json::write_value(&other, out),
        }
    }
    if record.left_out() > 0 {
        let _ = write!(out, " {dim}({} fields left out){plain}", record.left_out());
    }
    out.push(b'\n');
}

fn ids(record: &Record, out: &mut Vec<u8>) {
    let ids = &record.ids;
    let mut separator = " [";
    let mut id = |written: std::fmt::Arguments<'_>| {
        let _ = write!(out, "{separator}{written}");
        separator = " ";
    };
    if ids.trace_id != 0 {
        id(format_args!("trace_id={:032x}", ids.trace_id));
    }
    if ids.span_id != 0 {
        id(format_args!("span_id={:016x}", ids.span_id));
    }
    if let Some(correlation) = &ids.correlation {
        id(format_args!("correlation_id={}", correlation.as_str()));
    }
    if separator == " " {
        out.push(b']');
    }
}

fn word(text: &str, out: &mut Vec<u8>) {
    if escape::is_plain_word(text) {
        out.extend_from_slice(text.as_bytes());
    } else {
        json::string(text, out);
    }
}

fn colour(severity: Severity) -> &'static str {
    let colours = [
        (Severity::Error, "\u{1b}[31m"),
        (Severity::Warn, "\u{1b}[33m"),
        (Severity::Info, "\u{1b}[32m"),
    ];
    let found = colours.iter().find(|(least, _)| severity >= *least);
    found.map_or("\u{1b}[34m", |(_, colour)| colour)
}
