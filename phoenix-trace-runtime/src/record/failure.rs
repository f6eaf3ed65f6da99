//! How spans of a strand end other than well: failed, with what is told of it, or cancelled.

use std::fmt::Write as _;

use super::clock::Ticks;
use super::stored::{NONE, Stored, Text};
use super::strand::{Role, Strand};
use super::told::Told;
use crate::sampling::CANCELLED;

impl Strand {
    /// Marks a span as failed. `told`: the message of its error, and its sources' messages, all bounded in length.
    pub(crate) fn fail(
        &mut self,
        number: u32,
        error_type: &str,
        told: &Told,
        keep: bool,
        now: Ticks,
    ) {
        let Some(record) = self.record(number) else {
            // Of a span that the segment had no room for: that it failed is all that is kept.
            if keep && number == NONE {
                self.set_failed(NONE);
            }
            return;
        };
        if record.end != 0 {
            return;
        }
        let keep = self.context.keeps(error_type, keep);
        self.telling_failure = true;
        self.tell_failure(number, error_type, told, keep, now);
        self.telling_failure = false;
    }

    fn tell_failure(&mut self, number: u32, error_type: &str, told: &Told, keep: bool, now: Ticks) {
        let repeated = self.taken_over(number, told);
        let message = self.push_text(&told.message);
        let kind = self.push_text(error_type);
        let place = self.place(number);
        if let Some(record) = self.records.get_mut(place) {
            if !record.ok && !std::mem::replace(&mut record.failed, true) {
                self.failures.push(number);
            }
            record.message = message;
            record.exception = match repeated {
                Some(text) => text,
                None if told.exception => message,
                None => Text::default(),
            };
        }
        if keep {
            self.set_failed(number);
        }
        self.push_attr(self.owner(number), &keys::ERROR_TYPE, Stored::Str(kind));
        if repeated.is_some() || !told.exception {
            return;
        }
        let Some(owner) = self.event(number, "exception", now) else {
            return;
        };
        self.push_attr(owner, &keys::EXCEPTION_TYPE, Stored::Str(kind));
        if message.len > 0 {
            self.push_attr(owner, &keys::EXCEPTION_MESSAGE, Stored::Str(message));
        }
        if !told.sources.is_empty() {
            let mut chain = String::new();
            for source in &told.sources {
                let _ = writeln!(chain, "caused by: {source}");
            }
            let chain = self.push_text(chain.trim_end());
            self.push_attr(owner, &keys::EXCEPTION_STACKTRACE, Stored::Str(chain));
        }
    }

    /// From now on the segment is kept for a span, or, with [`NONE`], for something else, even if it is decided before this strand
    /// has joined.
    pub(super) fn set_failed(&mut self, by: u32) {
        if !self.failed {
            self.failed = true;
            self.kept_by = by;
            if let Some(segment) = &self.segment {
                segment.count_failing(true);
            }
        }
    }

    /// Looks at the rule for the segment, which was not known when the span failed.
    pub(super) fn keep_by_rule(&mut self, number: u32) {
        let error_type = self.error_type_of(number).unwrap_or_default();
        self.failed = self.context.keeps(error_type, self.failed);
    }

    /// Notes a code that is no error here, but may be one of those that a rule keeps.
    pub(crate) fn note_code(&mut self, code: &str) {
        if self.context.keeps(code, false) {
            self.set_failed(NONE);
            self.note_kept_for(code);
        }
    }

    /// Notes what keeps the segment although nothing in it failed.
    fn note_kept_for(&mut self, what: &str) {
        if self.kept_for.is_empty() {
            self.kept_for = self.push_text(what);
        }
    }

    /// The type of the first failure that keeps the segment, or what else does.
    pub(super) fn kept_for(&self) -> &str {
        match self.kept_by {
            NONE => self.text(self.kept_for),
            number => self.error_type_of(number).unwrap_or_default(),
        }
    }

    /// By which name its failures are told from others: that of the local root, where it is here, else that of the span which failed.
    pub(super) fn operation(&self) -> Option<&str> {
        let number = match self.role {
            Role::Root => 0,
            _ => self.kept_by,
        };
        let record = self.record(number).or(self.records.first())?;
        Some(self.name_of(record))
    }

    /// Notes that the work of a span was given up before it had finished.
    pub(crate) fn set_cancelled(&mut self, number: u32) {
        let errors = self.context.errors.as_ref();
        if errors.is_some_and(|errors| errors.keeps_cancelled()) {
            self.set_failed(NONE);
            self.note_kept_for(CANCELLED);
        }
        self.push_attr(self.owner(number), &keys::CANCELLED, Stored::Bool(true));
    }

    /// Ends what is open, as cancelled.
    pub(crate) fn cancel_open(&mut self, now: Ticks) {
        let open: Vec<u32> = (0..self.records.len())
            .filter(|place| self.records[*place].end == 0)
            .map(|place| self.number_at(place))
            .collect();
        for number in open {
            self.set_cancelled(number);
            self.end(number, now);
        }
    }

    /// The message of a failed child that this failure only passes on.
    fn taken_over(&self, number: u32, told: &Told) -> Option<Text> {
        const RECENT: usize = 16;
        self.failures
            .iter()
            .rev()
            .take(RECENT)
            .filter_map(|failed| self.record(*failed))
            .filter(|child| child.parent == number && child.exception.len > 0)
            .map(|child| child.exception)
            .find(|text| {
                let text = self.text(*text);
                told.message == text || told.sources.iter().any(|source| source == text)
            })
    }
}

/// Keys that the recorder itself writes.
pub(crate) mod keys {
    use crate::key::RawKey;

    pub(crate) const ERROR_TYPE: RawKey = RawKey::new("error.type");
    pub(crate) const EXCEPTION_TYPE: RawKey = RawKey::new("exception.type");
    pub(crate) const EXCEPTION_MESSAGE: RawKey = RawKey::new("exception.message");
    pub(crate) const EXCEPTION_STACKTRACE: RawKey = RawKey::new("exception.stacktrace");
    pub(crate) const CANCELLED: RawKey = RawKey::new("phoenix.cancelled");
    /// Those that stand on spans.
    pub(crate) const OWN: [RawKey; 2] = [ERROR_TYPE, CANCELLED];
}
