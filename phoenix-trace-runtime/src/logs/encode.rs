//! Records as OTLP has them.

use std::time::SystemTime;

use opentelemetry::logs::AnyValue as ApiValue;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ScopeLogs};

use super::record::{Record, Value};

/// The attribute of a record that has the correlation id, as on spans.
const CORRELATION: &str = "phoenix.correlation.id";

/// Records in groups of one target each, which is their scope.
pub(crate) fn scopes<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<ScopeLogs> {
    let mut scopes: Vec<ScopeLogs> = Vec::new();
    for record in records {
        let name_of = |scope: &ScopeLogs| scope.scope.as_ref().map(|scope| scope.name.clone());
        let found = scopes
            .iter()
            .position(|scope| name_of(scope).is_some_and(|name| name == record.target()));
        let place = found.unwrap_or_else(|| {
            scopes.push(ScopeLogs {
                scope: Some(InstrumentationScope {
                    name: record.target().to_owned(),
                    ..InstrumentationScope::default()
                }),
                ..ScopeLogs::default()
            });
            scopes.len() - 1
        });
        if let Some(scope) = scopes.get_mut(place) {
            scope.log_records.push(log_record(record));
        }
    }
    scopes
}

fn log_record(record: &Record) -> LogRecord {
    let since = record.time.duration_since(SystemTime::UNIX_EPOCH);
    let time = u64::try_from(since.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
    let ids = &record.ids;
    let id = |known: bool, bytes: &[u8]| if known { bytes.to_vec() } else { Vec::new() };
    let correlation = ids
        .correlation
        .iter()
        .map(|id| pair(CORRELATION.to_owned(), string(id.as_str())));
    let fields = record.fields().map(|(name, value)| {
        // The program's own field of that name does not stand for ours.
        let name = if name == CORRELATION {
            format!("fields.{name}")
        } else {
            name.to_owned()
        };
        pair(name, any(&value))
    });
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: record.severity as i32,
        severity_text: record.severity.name().to_owned(),
        body: Some(AnyValue {
            value: Some(string(record.message())),
        }),
        attributes: correlation.chain(fields).collect(),
        dropped_attributes_count: record.left_out(),
        flags: u32::from(ids.flags),
        trace_id: id(ids.trace_id != 0, &ids.trace_id.to_be_bytes()),
        span_id: id(ids.span_id != 0, &ids.span_id.to_be_bytes()),
        event_name: record.event_name.unwrap_or_default().to_owned(),
    }
}

fn pair(key: String, value: any_value::Value) -> KeyValue {
    KeyValue {
        key,
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn string(text: &str) -> any_value::Value {
    any_value::Value::StringValue(text.to_owned())
}

fn any(value: &Value<'_>) -> any_value::Value {
    match value {
        Value::Bool(value) => any_value::Value::BoolValue(*value),
        Value::Int(value) => any_value::Value::IntValue(*value),
        // OTLP has no number for it; digits lose nothing.
        Value::Uint(value) => string(&value.to_string()),
        Value::Double(value) => any_value::Value::DoubleValue(*value),
        Value::Str(text) => string(text),
        Value::Strs(texts) => {
            let values = texts.iter().map(|text| AnyValue {
                value: Some(string(text)),
            });
            any_value::Value::ArrayValue(ArrayValue {
                values: values.collect(),
            })
        }
        Value::Any(value) => ApiValue::clone(value).into(),
    }
}
