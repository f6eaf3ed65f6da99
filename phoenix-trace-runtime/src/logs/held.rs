//! Records that wait for the decision on their trace: they are with the strand, or with what has joined of its segment, and
//! share its fate. Whatever becomes of that, they are accounted for.

use std::sync::Arc;

use super::hub::Logs;
use super::record::Record;

/// Records of one strand; mostly none.
#[derive(Debug, Default)]
pub(crate) struct Held(Option<Box<Waiting>>);

#[derive(Debug)]
struct Waiting {
    logs: Arc<Logs>,
    records: Vec<Record>,
    bytes: usize,
}

impl Held {
    /// Takes a record in, if there is room for it.
    pub(super) fn push(&mut self, logs: &Arc<Logs>, record: &Record) {
        let bytes = record.bytes();
        let waiting = self.0.get_or_insert_with(|| {
            Box::new(Waiting {
                logs: logs.clone(),
                records: Vec::new(),
                bytes: 0,
            })
        });
        if !waiting
            .logs
            .hold(waiting.records.len(), waiting.bytes, record, bytes)
        {
            return;
        }
        waiting.bytes += bytes;
        waiting.records.push(record.clone());
    }

    /// Takes over what another strand has that does not wait itself.
    pub(crate) fn append(&mut self, other: &mut Self) {
        let Some(mut others) = other.0.take() else {
            return;
        };
        match &mut self.0 {
            Some(waiting) => {
                waiting.bytes += std::mem::take(&mut others.bytes);
                waiting.records.append(&mut others.records);
            }
            None => self.0 = Some(others),
        }
    }

    /// The trace is kept: so are they.
    #[inline]
    pub(crate) fn release(&mut self) {
        if let Some(waiting) = self.0.take() {
            waiting.release();
        }
    }

    /// The trace is dropped: so are they.
    #[inline]
    pub(crate) fn discard(&mut self) {
        if self.0.is_some() {
            self.0 = None;
        }
    }
}

impl Waiting {
    #[cold]
    fn release(mut self) {
        let records = std::mem::take(&mut self.records);
        self.logs
            .unhold(records.len(), std::mem::take(&mut self.bytes));
        for record in &records {
            self.logs.send(record);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.records.is_empty() {
            self.logs.unhold(self.records.len(), self.bytes);
            self.logs.discard(self.records.len());
        }
    }
}
