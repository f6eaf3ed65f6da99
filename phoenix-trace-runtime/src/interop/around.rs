//! Two layers around that of `tracing-opentelemetry`. What it does not tell our tracer of a span, the first notes where the span
//! is made, and has at hand while the span starts or changes; the second forgets it afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::integers::{self, Found};
use super::made::{self, Place};

/// What is noted of a span until it starts: when it is entered first, or at its end.
#[derive(Debug, Default)]
struct Noted {
    integers: Found,
    place: Option<Place>,
}

/// Of how many spans something is noted. Mostly of none, and to look for it is not for nothing.
static NOTED: AtomicUsize = AtomicUsize::new(0);

/// Before the layer of `tracing-opentelemetry`.
pub(super) struct Before;

/// After it.
pub(super) struct After;

fn note<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>, noted: Noted) {
    NOTED.fetch_add(1, Ordering::Relaxed);
    span.extensions_mut().insert(noted);
}

impl<S> Layer<S> for Before
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut integers = Found::default();
        attributes.record(&mut integers);
        let place = attributes.is_contextual().then(made::here).flatten();
        if (place.is_some() || !integers.is_empty())
            && let Some(span) = context.span(id)
        {
            note(&span, Noted { integers, place });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut integers = Found::default();
        values.record(&mut integers);
        if integers.is_empty() {
            return;
        }
        integers::note(integers.clone());
        if let Some(span) = context.span(id) {
            if let Some(noted) = span.extensions_mut().get_mut::<Noted>() {
                noted.integers.add(integers);
                return;
            }
            let place = None;
            note(&span, Noted { integers, place });
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut integers = Found::default();
        event.record(&mut integers);
        if !integers.is_empty() {
            integers::note(integers);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if NOTED.load(Ordering::Relaxed) > 0
            && let Some(span) = context.span(id)
            && let Some(Noted { integers, place }) = span.extensions_mut().remove()
        {
            NOTED.fetch_sub(1, Ordering::Relaxed);
            integers::note(integers);
            made::starts(place);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.on_enter(&id, context);
    }
}

impl<S: Subscriber> Layer<S> for After {
    fn on_record(&self, _: &Id, _: &Record<'_>, _: Context<'_, S>) {
        integers::forget();
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        integers::forget();
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        integers::forget();
        made::starts(None);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.on_enter(&id, context);
    }
}
