//! Logs with ids: `tracing` events, `log` records, records of the OpenTelemetry API and panics become lines on standard output,
//! and OTLP records at the collector.
//!
//! A record is made where it is logged, with the ids of the span that runs there, and passed on in two ways that hold up
//! nobody: to a bounded buffer that a thread writes to standard output, and to a bounded queue that the exporting thread sends.
//! Where the logs of dropped traces are not wanted, it waits with the strand for the decision.

#[cfg(feature = "otlp")]
mod complaints;
mod direct;
#[cfg(any(feature = "otlp", feature = "testing"))]
mod encode;
mod escape;
#[cfg(feature = "otlp")]
mod export;
mod held;
mod hub;
mod install;
mod json;
mod layer;
mod line;
mod lines;
mod origin;
pub(crate) mod panic;
mod provider;
#[cfg(feature = "otlp")]
mod queue;
mod record;
mod stats;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod text;

use std::cell::Cell;

#[cfg(feature = "testing")]
pub(crate) use encode::scopes;
#[cfg(feature = "otlp")]
pub(crate) use export::start as export;
pub(crate) use held::Held;
pub use hub::LogsOfDropped;
pub(crate) use hub::{Logs, Output, Settings};
pub(crate) use install::install;
pub use layer::layer;
pub(crate) use layer::{default_filter, parse_filter};
pub use line::LogFormat;
pub(crate) use lines::Room;
pub(crate) use origin::suppress_here;
pub use provider::{LogRecord, Logger, LoggerProvider, logger_provider};
#[cfg(feature = "otlp")]
pub(crate) use queue::Capacity;
pub(crate) use record::Limits;
use record::Record;
pub use stats::{LineStats, LogExportStats, LogStats};

/// Lends an empty record, one for each thread that logs; code that logs while a record is made gets another one.
fn with_record(f: impl FnOnce(&mut Record)) {
    thread_local!(static RECORD: Cell<Option<Box<Record>>> = const { Cell::new(None) });
    let mut record = RECORD
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_else(|| Box::new(Record::new()));
    f(&mut record);
    record.clear();
    let _ = RECORD.try_with(|place| place.set(Some(record)));
}
