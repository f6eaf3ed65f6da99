//! What the API says of a span by hand, whether it is one of the API's or one that is annotated.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, Status, TraceState};

use super::attributes::{bytes, put, restore};
use crate::record::carry::with_active;
use crate::record::clock;
use crate::record::details::Dropped;
use crate::record::free::Reach;
use crate::record::given::Which;
use crate::record::stored::NONE;
use crate::record::strand::Strand;

/// How a span of ours is told something.
#[derive(Debug)]
pub(super) struct Hand {
    pub(super) reach: Reach,
    /// The id of a local root whose context stands for the innermost span that runs where it is used; zero: it stands for
    /// itself.
    pub(super) innermost_of: u64,
}

impl Hand {
    fn edit(
        &self,
        details: Dropped,
        bytes: usize,
        failure: bool,
        change: impl FnOnce(&mut Strand, u32) + Send + 'static,
    ) {
        let mut change = Some(change);
        if self.innermost_of != 0 {
            with_active(|strand| {
                if strand.otel_span == self.innermost_of
                    && strand.current != NONE
                    && let Some(change) = change.take()
                {
                    change(strand, strand.current);
                }
            });
        }
        if let Some(change) = change {
            self.reach.edit(details, bytes, failure, change);
        }
    }

    pub(super) fn set_attributes(&self, mut attributes: Vec<KeyValue>) {
        restore(&mut attributes);
        let details = Dropped {
            attributes: count(&attributes),
            ..Dropped::default()
        };
        let bytes = bytes(&attributes);
        self.edit(details, bytes, false, move |strand, number| {
            put(strand, number, attributes);
        });
    }

    pub(super) fn add_event(
        &self,
        name: Cow<'static, str>,
        at: Option<SystemTime>,
        mut attributes: Vec<KeyValue>,
    ) {
        restore(&mut attributes);
        let (details, bytes) = (Dropped::EVENT, bytes(&attributes) + name.len());
        self.edit(details, bytes, false, move |strand, number| {
            put_event(strand, number, &name, at, attributes);
        });
    }

    pub(super) fn add_link(&self, to: SpanContext, attributes: Vec<KeyValue>) {
        let (details, bytes) = (Dropped::LINK, bytes(&attributes));
        self.edit(details, bytes, false, move |strand, number| {
            put_link(strand, number, &to, attributes);
        });
    }

    pub(super) fn set_status(&self, status: Status) {
        let error = match status {
            Status::Unset => return,
            Status::Ok => None,
            Status::Error { description } => Some(description),
        };
        let bytes = error.as_deref().map_or(0, str::len);
        let failure = error.is_some();
        self.edit(Dropped::default(), bytes, failure, move |strand, number| {
            strand.set_status(number, error.as_deref());
        });
    }

    pub(super) fn update_name(&self, name: Cow<'static, str>) {
        let bytes = name.len();
        self.edit(Dropped::default(), bytes, false, move |strand, number| {
            if strand.is_open(number) {
                strand.rename(number, &name);
            }
        });
    }
}

pub(super) fn put_event(
    strand: &mut Strand,
    number: u32,
    name: &str,
    at: Option<SystemTime>,
    attributes: Vec<KeyValue>,
) {
    if let Some(owner) = strand.event_called(number, "", name, clock::now()) {
        if let Some(at) = at {
            strand.give_time(owner, Which::At, at);
        }
        put(strand, owner, attributes);
    }
}

pub(super) fn put_link(
    strand: &mut Strand,
    number: u32,
    to: &SpanContext,
    attributes: Vec<KeyValue>,
) {
    let is_said = !attributes.is_empty() || to.trace_state() != &TraceState::NONE;
    if (to.is_valid() || is_said)
        && let Some(owner) = strand.link_by_hand(number, to)
    {
        put(strand, owner, attributes);
    }
}

fn count(attributes: &[KeyValue]) -> u32 {
    u32::try_from(attributes.len()).unwrap_or(u32::MAX)
}
