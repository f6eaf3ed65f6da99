//! Where batches go, as the exporting thread sees it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use opentelemetry_sdk::Resource;

#[cfg(feature = "otlp")]
use crate::record::stored::Record;
use crate::record::strand::Strand;

/// Some spans of one decided strand: the records with these numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) strand: &'a Strand,
    pub(crate) first: u32,
    pub(crate) end: u32,
}

#[cfg(feature = "otlp")]
impl<'a> Piece<'a> {
    pub(crate) fn records(&self) -> &'a [Record] {
        let range = self.first as usize..self.end as usize;
        self.strand.records.get(range).unwrap_or_default()
    }
}

/// What became of a batch that was sent once.
#[derive(Debug)]
#[cfg_attr(
    not(any(test, feature = "otlp")),
    expect(
        dead_code,
        reason = "exporters of the SDK do not tell all of them apart"
    )
)]
pub(crate) enum Answer {
    /// The receiver has it, but for `rejected` spans, of which it says `message`. A partial success is never sent again.
    Taken { rejected: usize, message: String },
    /// It may be sent again, not before `after` has passed if the receiver asked for that.
    Later {
        why: String,
        after: Option<Duration>,
    },
    /// It will not be taken as it is, however often it is sent: a smaller part of it may be.
    Refused { why: String },
    /// It is larger than the receiver, or OTLP, allows.
    TooLarge { why: String },
    /// No part of it will be taken, ever: wrong credentials, no such service, no exporter. Nothing is gained by sending
    /// parts of it.
    Hopeless { why: String },
    /// It was sent, and the answer never came or cannot be read: it may have arrived. Not sent again unless `again`
    /// (OTLP: a deadline or a broken connection may be tried again; spans may then arrive twice).
    Unknown { why: String, again: bool },
}

pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

pub(crate) trait Destination: std::fmt::Debug + Send + Sync {
    /// Called once, before the first batch.
    fn set_resource(&mut self, resource: &Resource);
    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a>;
    fn shutdown(&self) {}

    /// What names it in metrics, where it has no name of the conventions.
    fn type_name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }
}

/// Makes a destination on the exporting thread, within its reactor, or says why it cannot be made.
pub(crate) type Make = Box<dyn FnOnce() -> Result<Box<dyn Destination>, String> + Send>;
