//! A span of the API: started and ended by hand, moved to any thread, ended when it is dropped at the latest.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry::trace::{self, SpanContext, Status};

use super::hand::Hand;
use super::identity;
use crate::record::free::Started;
use crate::record::refused::Refused;

/// A span of our [`Tracer`](super::Tracer), as [`opentelemetry::trace::Span`] specifies it. It ends with the first call of
/// `end`, or when it is dropped; afterwards nothing changes it. Limits, and what errors mean for sampling, are those of every
/// other span.
#[derive(Debug)]
pub struct Span {
    context: SpanContext,
    /// Who it is; `None`: it does not record.
    hand: Option<Hand>,
    /// It is a local root that there was no room for: of what is said of it only a failure is kept.
    refused: Option<Box<Refused>>,
    open: bool,
    /// Is it a local root?
    root: bool,
}

impl Span {
    pub(super) fn recording(started: Started) -> Self {
        let Started {
            reach,
            context,
            root,
        } = started;
        let hand = Some(Hand {
            reach,
            innermost_of: 0,
        });
        Self {
            context,
            hand,
            refused: None,
            open: true,
            root,
        }
    }

    /// A span that records nothing, and stands for `context`.
    pub(super) fn not_recording(context: SpanContext) -> Self {
        Self {
            context,
            hand: None,
            refused: None,
            open: false,
            root: false,
        }
    }

    /// A local root that there was no room for. What is started below it is one, too, and stands under `parent`.
    pub(super) fn refused(parent: SpanContext, refused: Box<Refused>) -> Self {
        Self {
            context: parent,
            hand: None,
            refused: Some(refused),
            open: true,
            root: false,
        }
    }

    fn open(&self) -> Option<&Hand> {
        self.hand.as_ref().filter(|_| self.open)
    }

    fn finish(&mut self, at: Option<SystemTime>) {
        if let Some(hand) = self.open() {
            hand.reach.end(at);
            if self.root {
                hand.reach.root_has_ended();
            }
        }
        self.refused = None;
        self.open = false;
    }
}

impl trace::Span for Span {
    fn add_event<T>(&mut self, name: T, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(hand) = self.open() {
            hand.add_event(name.into(), None, attributes);
        }
    }

    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        if let Some(hand) = self.open() {
            hand.add_event(name.into(), Some(timestamp), attributes);
        }
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        identity::answer(self.hand.as_ref().map(|hand| &hand.reach));
        self.open
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.set_attributes([attribute]);
    }

    fn set_attributes(&mut self, attributes: impl IntoIterator<Item = KeyValue>) {
        if let Some(hand) = self.open() {
            hand.set_attributes(attributes.into_iter().collect());
        }
    }

    fn set_status(&mut self, status: Status) {
        match (self.open(), &self.refused) {
            (Some(hand), _) => hand.set_status(status),
            (None, Some(refused)) => {
                if let Status::Error { description } = status {
                    refused.edit(|strand, number| strand.set_status(number, Some(&description)));
                }
            }
            (None, None) => {}
        }
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        if let Some(hand) = self.open() {
            hand.update_name(new_name.into());
        }
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        if let Some(hand) = self.open() {
            hand.add_link(span_context, attributes);
        }
    }

    fn end(&mut self) {
        self.finish(None);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.finish(Some(timestamp));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(None);
    }
}
