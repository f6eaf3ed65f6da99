//! What generated code calls. Nothing here is for anybody else.

use std::fmt;

pub use crate::__phoenix_outcome as outcome;
pub use crate::main_scope::{Flavor, Main, run_main, run_main_sync};
pub use crate::outcome::{Failure, Outcome};
pub use crate::record::entered::Entered;
pub use crate::record::owned::Owned as Begun;
pub use crate::record::run::{Run, run};
pub use crate::record::site::{Site, SpanKind};
pub use crate::value::{Attr, ToValue, Value};
pub use crate::{key, value};

use crate::key::{AttributeType, Key, types};
use crate::record::{current, entered, owned, thread};

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
pub fn attr_fmt<'a, T: TakesText>(key: &'static Key<T>, text: fmt::Arguments<'a>) -> Attr<'a> {
    Attr {
        key: key.raw(),
        value: Value::Format(text),
    }
}

/// The type of a key that takes any text.
#[diagnostic::on_unimplemented(
    message = "`%` and `?` record a string, but the key takes a value of type `{Self}`",
    label = "the key of a `{Self}`",
    note = "leave out the `%` or `?`"
)]
pub trait TakesText: AttributeType {}

impl TakesText for types::Str {}

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

/// Does this result hold an error that counts as a failure?
#[inline]
pub fn is_failure<T, E>(returned: &Result<T, E>, condition: impl FnOnce(&E) -> bool) -> bool {
    returned.as_ref().is_err_and(condition)
}
