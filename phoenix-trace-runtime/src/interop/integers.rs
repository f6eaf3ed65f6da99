//! Integers of `tracing` that are wider than an `i64`, or unsigned: `tracing-opentelemetry` knows them as text. They are noted
//! before it is told of them, and forgotten afterwards; in between our spans take them as what they are.

use std::cell::RefCell;

use opentelemetry::{KeyValue, Value};
use tracing::field::{Field, Visit};

/// Fields with what they are as integers of 64 bits; those that do not fit saturate.
#[derive(Clone, Debug, Default)]
pub(super) struct Found(Vec<(&'static str, i64)>);

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

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

/// Attributes are what was found, until that is forgotten.
pub(super) fn note(found: Found) {
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

/// Attributes are again what they are given as.
pub(super) fn forget() {
    let _ = NOTED.try_with(|noted| noted.borrow_mut().0.clear());
}
