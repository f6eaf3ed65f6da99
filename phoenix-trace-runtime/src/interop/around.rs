//! Two layers around that of `tracing-opentelemetry`. What it does not tell our tracer of a span, the first notes where the span
//! is made, and has at hand while the span starts or changes; the second forgets it afterwards.

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::integers::{self, Found};
use super::made::{self, Place};

/// What is noted of a span until it starts: when it is entered first, or at its end.
#[derive(Debug, Default)]
struct Noted {
    integers: Found,
    place: Option<Place>,
}

/// Before the layer of `tracing-opentelemetry`.
pub(super) struct Before;

/// After it.
pub(super) struct After;

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
            span.extensions_mut().insert(Noted { integers, place });
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
            let mut extensions = span.extensions_mut();
            match extensions.get_mut::<Noted>() {
                Some(noted) => noted.integers.add(integers),
                None => extensions.insert(Noted {
                    integers,
                    place: None,
                }),
            }
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
        if let Some(span) = context.span(id)
            && let Some(Noted { integers, place }) = span.extensions_mut().remove()
        {
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
