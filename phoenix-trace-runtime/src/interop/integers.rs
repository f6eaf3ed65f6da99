//! Integers of `tracing` that are wider than an `i64`, or unsigned: `tracing-opentelemetry` knows them as text. One layer notes
//! them before it, and another forgets them after it; in between our spans take them as what they are.

use std::cell::RefCell;

use opentelemetry::{KeyValue, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Fields with what they are as integers of 64 bits; those that do not fit saturate.
#[derive(Clone, Debug, Default)]
struct Found(Vec<(&'static str, i64)>);

thread_local! {
    static NOTED: RefCell<Found> = const { RefCell::new(Found(Vec::new())) };
}

/// Makes integers of attributes that are the text of one.
pub(super) fn restore(attributes: &mut [KeyValue]) {
    let _ = NOTED.try_with(|noted| {
        for (field, integer) in &noted.borrow().0 {
            let attribute = attributes
                .iter_mut()
                .find(|pair| pair.key.as_str() == *field);
            if let Some(attribute) = attribute
                && matches!(attribute.value, Value::String(_))
            {
                attribute.value = Value::I64(*integer);
            }
        }
    });
}

fn note(found: Found) {
    // Where the thread is ending they stay text.
    let _ = NOTED.try_with(|noted| noted.replace(found));
}

impl Visit for Found {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0
            .push((field.name(), i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.0
            .push((field.name(), i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        let bound = if value < 0 { i64::MIN } else { i64::MAX };
        self.0
            .push((field.name(), i64::try_from(value).unwrap_or(bound)));
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// Before the layer of `tracing-opentelemetry`.
pub(super) struct Integers;

/// After it.
pub(super) struct IntegersEnd;

impl<S> Layer<S> for Integers
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut found = Found::default();
        attributes.record(&mut found);
        if !found.0.is_empty()
            && let Some(span) = context.span(id)
        {
            // The span starts when it is entered first, or at its end.
            span.extensions_mut().insert(found);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut found = Found::default();
        values.record(&mut found);
        if found.0.is_empty() {
            return;
        }
        note(found.clone());
        if let Some(span) = context.span(id) {
            let mut extensions = span.extensions_mut();
            match extensions.get_mut::<Found>() {
                Some(there) => there.0.extend(found.0),
                None => extensions.insert(found),
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut found = Found::default();
        event.record(&mut found);
        if !found.0.is_empty() {
            note(found);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(found) = span.extensions_mut().remove::<Found>()
        {
            note(found);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.on_enter(&id, context);
    }
}

impl<S: Subscriber> Layer<S> for IntegersEnd {
    fn on_record(&self, _: &Id, _: &Record<'_>, _: Context<'_, S>) {
        forget();
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        forget();
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        forget();
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        forget();
    }
}

fn forget() {
    let _ = NOTED.try_with(|noted| noted.borrow_mut().0.clear());
}
