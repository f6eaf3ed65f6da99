//! Links, the attributes of events and links, and the account of what a span was given and had no room for. All of it is
//! rare, so none of it stands in the span's record.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use super::clock::Ticks;
use super::failure::keys;
use super::stored::{EVENT, LINK, Stored, Text};
use super::strand::Strand;
use super::told::{MESSAGE_LENGTH, Told, cut};

/// A link from span `owner` to another span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredLink {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) owner: u32,
    /// The trace state of the other span, as it travels in a header field.
    pub(crate) state: Text,
    pub(crate) attrs: u16,
    pub(crate) dropped_attrs: u16,
    pub(crate) flags: u8,
    pub(crate) remote: bool,
}

impl StoredLink {
    /// The span that it leads to; `text` is that of its strand.
    pub(crate) fn to(&self, text: &str) -> SpanContext {
        SpanContext::new(
            TraceId::from(self.trace_id),
            SpanId::from(self.span_id),
            TraceFlags::new(self.flags),
            self.remote,
            self.state.of(text).parse().unwrap_or_default(),
        )
    }
}

/// What a span was given beyond its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) attributes: u32,
    pub(crate) events: u32,
    pub(crate) links: u32,
}

impl Dropped {
    const NOTHING: Self = Self {
        attributes: 0,
        events: 0,
        links: 0,
    };
    pub(super) const ATTRIBUTE: Self = Self {
        attributes: 1,
        ..Self::NOTHING
    };
    pub(crate) const EVENT: Self = Self {
        events: 1,
        ..Self::NOTHING
    };
    pub(crate) const LINK: Self = Self {
        links: 1,
        ..Self::NOTHING
    };

    pub(super) fn add(&mut self, more: Self) {
        self.attributes = self.attributes.saturating_add(more.attributes);
        self.events = self.events.saturating_add(more.events);
        self.links = self.links.saturating_add(more.links);
    }
}

/// What an attribute belongs to, by its place in the strand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Span(u32),
    Event(u32),
    Link(u32),
}

impl Owner {
    #[inline]
    pub(crate) fn of(owner: u32) -> Self {
        if owner & EVENT != 0 {
            Self::Event(owner & !EVENT)
        } else if owner & LINK != 0 {
            Self::Link(owner & !LINK)
        } else {
            Self::Span(owner)
        }
    }
}

/// How much of another span's trace state a link keeps, in bytes: what the standard says should travel whole.
const STATE_LENGTH: usize = 512;

impl Strand {
    /// The span that a link leads to.
    pub(crate) fn linked(&self, link: &StoredLink) -> SpanContext {
        link.to(&self.text)
    }

    /// Adds a link to a span that is open; its attributes go to the owner that is returned.
    pub(crate) fn link(&mut self, number: u32, to: &SpanContext) -> Option<u32> {
        to.is_valid().then(|| self.link_by_hand(number, to))?
    }

    /// The same to what may be no span, as the API allows where something is said of the link.
    pub(crate) fn link_by_hand(&mut self, number: u32, to: &SpanContext) -> Option<u32> {
        if !self.is_open(number) {
            return None;
        }
        let (limit, place) = (self.pipeline.limits.links, self.owner(number));
        let record = self.record_mut(number)?;
        if record.links >= limit {
            self.give_up(place, Dropped::LINK);
            return None;
        }
        record.links += 1;
        let owner = u32::try_from(self.links.len()).ok()? | LINK;
        let state = to.trace_state().header();
        let whole = state.len() <= STATE_LENGTH;
        let state = self.push_text(if whole { &state } else { "" });
        self.links.push(StoredLink {
            trace_id: u128::from_be_bytes(to.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(to.span_id().to_bytes()),
            owner: place,
            state,
            attrs: 0,
            dropped_attrs: 0,
            flags: to.trace_flags().to_u8(),
            remote: to.is_remote(),
        });
        Some(owner)
    }

    /// How many events a span holds: a few more where there are any, if they are those of failures.
    #[inline]
    pub(super) fn room_for_events(&self) -> u16 {
        const FOR_FAILURES: u16 = 8;
        let limit = self.pipeline.limits.events;
        if self.telling_failure && limit > 0 {
            limit.saturating_add(FOR_FAILURES)
        } else {
            limit
        }
    }

    /// What the span whose record is at `place` was given beyond its limits.
    pub(crate) fn dropped(&self, place: u32) -> Dropped {
        self.dropped.get(&place).copied().unwrap_or_default()
    }

    /// Counts what the span whose record is at `place` has no room for.
    #[cold]
    pub(super) fn give_up(&mut self, place: u32, dropped: Dropped) {
        if (place as usize) < self.records.len() {
            self.dropped.entry(place).or_default().add(dropped);
        }
    }

    /// Counts an attribute that is given up.
    #[cold]
    pub(crate) fn drop_attr(&mut self, owner: u32) {
        match Owner::of(owner) {
            Owner::Span(place) => self.give_up(place, Dropped::ATTRIBUTE),
            Owner::Event(number) => {
                if let Some(event) = self.events.get_mut(number as usize) {
                    event.dropped_attrs = event.dropped_attrs.saturating_add(1);
                }
            }
            Owner::Link(number) => {
                if let Some(link) = self.links.get_mut(number as usize) {
                    link.dropped_attrs = link.dropped_attrs.saturating_add(1);
                }
            }
        }
    }

    /// Takes room for an attribute of an event or a link. What a failure has to say always fits.
    pub(super) fn admit_detail(&mut self, owner: u32) -> bool {
        let limits = &self.pipeline.limits;
        let (taken, limit) = match Owner::of(owner) {
            Owner::Event(number) => match self.events.get_mut(number as usize) {
                Some(event) => (&mut event.attrs, limits.attributes_per_event),
                None => return false,
            },
            Owner::Link(number) => match self.links.get_mut(number as usize) {
                Some(link) => (&mut link.attrs, limits.attributes_per_link),
                None => return false,
            },
            Owner::Span(_) => return false,
        };
        if *taken >= limit && !self.telling_failure {
            self.drop_attr(owner);
            return false;
        }
        *taken = taken.saturating_add(1);
        true
    }

    /// Marks a span that is open as failed, by hand: without an exception, its type only where nobody told one.
    pub(crate) fn set_error(&mut self, number: u32, description: &str, now: Ticks) {
        let told = Told {
            message: cut(description, MESSAGE_LENGTH).to_owned(),
            ..Default::default()
        };
        let known = self.error_type_of(number).map(str::to_owned);
        self.fail(
            number,
            known.as_deref().unwrap_or("_OTHER"),
            &told,
            true,
            now,
        );
    }

    /// Sets the status of a span that is open as the OpenTelemetry API has it: `Some` is an error, `None` that all is well,
    /// which is final. An error keeps the segment.
    pub(crate) fn set_status(&mut self, number: u32, error: Option<&str>) {
        if !self
            .record(number)
            .is_some_and(|record| record.end == 0 && !record.ok)
        {
            return;
        }
        self.telling_failure = error.is_some();
        let message = match error {
            Some(description) => self.push_text(cut(description, MESSAGE_LENGTH)),
            None => Text::default(),
        };
        self.telling_failure = false;
        let Some(record) = self.record_mut(number) else {
            return;
        };
        record.ok = error.is_none();
        record.message = message;
        let failed_before = std::mem::replace(&mut record.failed, error.is_some());
        if error.is_some() {
            if !failed_before {
                self.failures.push(number);
            }
            self.set_failed(number);
        }
    }

    pub(super) fn error_type_of(&self, number: u32) -> Option<&str> {
        let owner = self.owner(number);
        let attr = self
            .attrs
            .iter()
            .rev()
            .find(|attr| attr.owner == owner && attr.key.name == keys::ERROR_TYPE.name)?;
        match attr.value() {
            Stored::Str(text) => Some(self.text(text)),
            _ => None,
        }
    }

    /// Changes a span as it was at a time: if it has ended since, what comes now still belongs to it.
    pub(super) fn as_it_was(&mut self, number: u32, at: Ticks, change: impl FnOnce(&mut Self)) {
        let Some(record) = self.record_mut(number) else {
            return;
        };
        let end = record.end;
        if end != 0 && at > end {
            return;
        }
        record.end = 0;
        change(self);
        if let Some(record) = self.record_mut(number) {
            record.end = end;
        }
    }

    pub(super) fn clear_details(&mut self) {
        const KEEP: usize = 128;
        if !self.given.is_empty() {
            self.given.clear();
            self.given.shrink_to(KEEP);
        }
        if !self.links.is_empty() {
            self.links.clear();
            self.links.shrink_to(KEEP);
        }
        if !self.dropped.is_empty() {
            self.dropped.clear();
            self.dropped.shrink_to(KEEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stored::NONE;
    use super::*;

    #[test]
    fn an_owner_is_of_one_kind() {
        assert_eq!(Owner::of(7), Owner::Span(7));
        assert_eq!(Owner::of(EVENT | 7), Owner::Event(7));
        assert_eq!(Owner::of(LINK | 7), Owner::Link(7));
        // No number reaches so far.
        assert!(matches!(Owner::of(NONE), Owner::Event(number) if number > 1 << 29));
    }
}
