//! A panic as a log record, with the ids of what it ends.

use std::panic::PanicHookInfo;

use opentelemetry::logs::Severity;

use super::origin;
use crate::record::thread;

/// Logs a panic; `message`: what it says, if that is text.
pub(crate) fn log(info: &PanicHookInfo<'_>, message: Option<&str>) {
    let Some(logs) = origin::logs() else {
        return;
    };
    let message = message.unwrap_or("(a value that is no text)");
    super::with_record(|record| {
        record.time = thread::time();
        record.severity = Severity::Error;
        record.ids = origin::ids();
        record.set_target("panic");
        record.set_message(format_args!("panicked: {message}"));
        let (fields, limits) = (record.fields_mut(), &logs.limits);
        fields.print("exception.type", format_args!("panic"), limits);
        fields.print("exception.message", format_args!("{message}"), limits);
        if let Some(place) = info.location() {
            fields.print("code.file.path", format_args!("{}", place.file()), limits);
            fields.int("code.line.number", i64::from(place.line()), limits);
        }
        if let Some(name) = std::thread::current().name() {
            fields.print("thread.name", format_args!("{name}"), limits);
        }
        logs.log(record);
    });
}
