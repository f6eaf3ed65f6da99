//! What generated code calls. Nothing here is for anybody else.

use std::fmt;
use std::future::Future;

use opentelemetry::trace::SpanContext;

pub use crate::main_scope::{Flavor, Main, run_main, run_main_sync};
pub use crate::outcome::{Failure, Outcome};
pub use crate::record::entered::Entered;
pub use crate::record::owned::Owned as Begun;
pub use crate::record::run::{InSpan, Run, run};
pub use crate::record::site::{Site, SpanKind};
pub use crate::record::told::unharmed;
pub use crate::value::{Attr, ToValue, Value};
pub use crate::{
    __phoenix_failing as failing, __phoenix_outcome as outcome, __phoenix_success as success,
};
pub use crate::{key, value};

use crate::key::{AttributeType, Key, types};
use crate::record::place::{self, SpanRefs};
use crate::record::{current, entered, owned, thread};
use crate::returned::{self, ReturnedValue};

#[cfg(feature = "grpc")]
pub use crate::grpc::service as grpc;

/// Is a span that starts now recorded, as far as can be told in a moment?
#[inline]
#[must_use]
pub fn recording() -> bool {
    thread::is_on()
}

/// An attribute.
#[inline]
pub fn attr<'a, T: AttributeType, V: ToValue<T> + ?Sized>(
    key: &'static Key<T>,
    value: &'a V,
) -> Attr<'a> {
    Attr::new(key, value)
}

/// An attribute whose value is formatted when it is recorded.
#[inline]
#[must_use]
pub fn attr_fmt<'a>(key: &'static Key<types::Str>, text: fmt::Arguments<'a>) -> Attr<'a> {
    Attr::format(key, text)
}

/// Starts a span that ends when the guard is dropped.
#[inline]
#[must_use]
pub fn enter(site: &'static Site, attrs: &[Attr<'_>]) -> Entered {
    entered::enter(site, attrs)
}

/// Starts a span for [`run`] to run.
#[inline]
#[must_use]
pub fn begin(site: &'static Site, attrs: &[Attr<'_>]) -> Begun {
    owned::begin(site, attrs)
}

/// Records attributes on the current span.
#[inline]
pub fn record(attrs: &[Attr<'_>]) {
    current::record(attrs);
}

/// Adds an event to the current span.
#[inline]
pub fn event(name: &'static str, attrs: &[Attr<'_>]) {
    current::event(name, attrs);
}

/// Calls a body once. As a function, it lets a body give back what it borrowed.
#[inline]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Does what may count as a failure do so? A condition that panics decides nothing.
#[inline]
pub fn is_failure<E>(failing: Option<&E>, condition: impl FnOnce(&E) -> bool) -> bool {
    failing.is_some_and(|failing| unharmed(|| condition(failing)).unwrap_or(true))
}

/// The spans that a new one is linked to.
pub fn links<Number>(to: impl SpanRefs<Number>) -> Vec<SpanContext> {
    place::links(to)
}

/// What `ask` gives, if it is to be asked.
pub fn asked<T: Default>(on: bool, ask: impl FnOnce() -> T) -> T {
    on.then(|| unharmed(ask)).flatten().unwrap_or_default()
}

/// The right to record below another span than the one that runs now.
pub fn below<Number>(parent: impl SpanRefs<Number>) -> Begun {
    place::below(parent)
}

/// The right to record in a trace of its own.
#[must_use]
pub fn apart() -> Begun {
    place::apart()
}

/// What runs until this is dropped records there, if it is on.
#[must_use]
pub fn stay(on: bool, place: impl FnOnce() -> Begun) -> Begun {
    let mut place = asked(on, place);
    place.enter_to_drop();
    place
}

/// What `future` does is recorded in `place`.
pub fn stay_for<F: Future>(place: Begun, future: F) -> InSpan<F> {
    InSpan::new(future, place)
}

/// Is there to be no span this time?
#[inline]
pub fn skips(condition: impl FnOnce() -> bool) -> bool {
    unharmed(condition).unwrap_or(false)
}

/// Records a returned value by its type.
pub fn returned(value: Option<&(impl ReturnedValue + ?Sized)>) {
    if let Some(value) = value {
        unharmed(|| returned::record(value));
    }
}

/// Records the text of a returned value.
pub fn returned_fmt(text: fmt::Arguments<'_>) {
    returned::record_text(text);
}
