//! The logs API of OpenTelemetry: what its loggers emit goes the same way as everything that is logged.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::logs::{AnyValue, Severity};
use opentelemetry::{InstrumentationScope, Key, SpanId, TraceFlags, TraceId, logs};

use super::record::{Ids, Limits, Record};
use super::{json, origin};
use crate::record::thread;

/// A logger provider of the OpenTelemetry API, whose records go to the logs of the process: for appenders that take one.
///
/// ```
/// use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
///
/// let logger = phoenix_trace::logger_provider().logger("billing");
/// let mut record = logger.create_log_record();
/// record.set_severity_number(Severity::Warn);
/// record.set_body("no rate for this currency".into());
/// record.add_attribute("currency", "XTS");
/// logger.emit(record);
/// ```
#[must_use]
pub fn logger_provider() -> LoggerProvider {
    LoggerProvider(())
}

/// See [`logger_provider`].
#[derive(Clone, Debug)]
pub struct LoggerProvider(());

/// A logger of a [`LoggerProvider`]. The name of its scope is the target of its records, unless they have one of their own.
#[derive(Clone, Debug)]
pub struct Logger {
    scope: InstrumentationScope,
}

/// A record of a [`Logger`]. Without a severity it counts as `INFO`, without a trace context it belongs to the span that runs
/// where it is emitted.
#[derive(Clone, Debug)]
pub struct LogRecord {
    record: Record,
    limits: Limits,
    time: Option<SystemTime>,
    in_span: Option<(TraceId, SpanId, TraceFlags)>,
}

impl logs::LoggerProvider for LoggerProvider {
    type Logger = Logger;

    fn logger_with_scope(&self, scope: InstrumentationScope) -> Logger {
        Logger { scope }
    }
}

impl logs::Logger for Logger {
    type LogRecord = LogRecord;

    fn create_log_record(&self) -> LogRecord {
        let limits = origin::logs().map(|logs| logs.limits);
        let mut record = Record::new();
        record.set_target(self.scope.name());
        LogRecord {
            record,
            limits: limits.unwrap_or_default(),
            time: None,
            in_span: None,
        }
    }

    fn emit(&self, record: LogRecord) {
        let Some(logs) = origin::logs() else {
            return;
        };
        let LogRecord {
            mut record,
            time,
            in_span,
            ..
        } = record;
        record.time = time.unwrap_or_else(thread::time);
        let here = origin::ids();
        record.ids = match in_span {
            Some((trace_id, span_id, flags)) => {
                let trace_id = u128::from_be_bytes(trace_id.to_bytes());
                Ids {
                    trace_id,
                    span_id: u64::from_be_bytes(span_id.to_bytes()),
                    flags: flags.to_u8(),
                    correlation: here.correlation.filter(|_| here.trace_id == trace_id),
                }
            }
            None => here,
        };
        logs.log(&mut record);
    }

    fn event_enabled(&self, _: Severity, _: &str, _: Option<&str>) -> bool {
        origin::logs().is_some()
    }
}

impl logs::LogRecord for LogRecord {
    fn set_event_name(&mut self, name: &'static str) {
        self.record.event_name = Some(name);
    }

    fn set_target<T: Into<Cow<'static, str>>>(&mut self, target: T) {
        self.record.set_target(&target.into());
    }

    fn set_timestamp(&mut self, timestamp: SystemTime) {
        self.time = Some(timestamp);
    }

    fn set_observed_timestamp(&mut self, timestamp: SystemTime) {
        self.time.get_or_insert(timestamp);
    }

    /// The text is that of the number, so that all lines have the same.
    fn set_severity_text(&mut self, _: &'static str) {}

    fn set_severity_number(&mut self, number: Severity) {
        self.record.severity = number;
    }

    fn set_body(&mut self, body: AnyValue) {
        match body {
            AnyValue::String(text) => self.record.set_message(format_args!("{text}")),
            other => {
                let mut text = Vec::new();
                json::any(&other, &mut text);
                let text = String::from_utf8_lossy(&text);
                self.record.set_message(format_args!("{text}"));
            }
        }
    }

    fn add_attributes<I, K, V>(&mut self, attributes: I)
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<Key>,
        V: Into<AnyValue>,
    {
        for (key, value) in attributes {
            self.add_attribute(key, value);
        }
    }

    fn add_attribute<K: Into<Key>, V: Into<AnyValue>>(&mut self, key: K, value: V) {
        let key = key.into();
        let fields = self.record.fields_mut();
        fields.any(key.as_str(), value.into(), &self.limits);
    }

    fn set_trace_context(
        &mut self,
        trace_id: TraceId,
        span_id: SpanId,
        trace_flags: Option<TraceFlags>,
    ) {
        self.in_span = Some((trace_id, span_id, trace_flags.unwrap_or_default()));
    }
}
