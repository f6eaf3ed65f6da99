//! Spans of `tracing` start when they are entered first, which may be in another task. A layer before that of
//! `tracing-opentelemetry` notes below which span of ours they are made, and one after it forgets that again once they have
//! started; in between our tracer has it for the parent.

use std::cell::RefCell;

use opentelemetry::Context as ApiContext;
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::early;
use crate::record::carry::place_here;
use crate::record::free::Reach;

/// Where a span is made.
#[derive(Clone, Debug)]
struct Place {
    /// The innermost span that runs there.
    innermost: Reach,
    /// The id of the span that the current context names there, which is another one; zero: none.
    named: u64,
}

thread_local! {
    /// Where the span is made that starts now.
    static STARTING: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// The parent of a span that starts, where it was made while the context named the span `named`.
pub(super) fn parent(named: u64) -> Option<Reach> {
    let of = |place: &Place| (place.named == named).then(|| place.innermost.clone());
    // Where the thread is ending, its parent is the one of its context.
    STARTING
        .try_with(|starting| starting.borrow().as_ref().and_then(of))
        .ok()
        .flatten()
}

fn starts(place: Option<Place>) {
    let _ = STARTING.try_with(|starting| starting.replace(place));
}

fn here() -> Option<Place> {
    let named = ApiContext::map_current(early::id_in);
    let innermost = place_here(named)?;
    Some(Place { innermost, named })
}

/// Before the layer of `tracing-opentelemetry`.
pub(super) struct Made;

/// After it.
pub(super) struct Started;

impl<S> Layer<S> for Made
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.is_contextual()
            && let Some(place) = here()
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().insert(place);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(place) = span.extensions_mut().remove::<Place>()
        {
            starts(Some(place));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.on_enter(&id, context);
    }
}

impl<S: Subscriber> Layer<S> for Started {
    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        starts(None);
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        starts(None);
    }
}
