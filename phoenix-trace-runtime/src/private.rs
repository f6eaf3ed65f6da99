//! What generated code calls. Nothing here is for anybody else.

use std::fmt;

use opentelemetry::trace::SpanContext;

pub use crate::__phoenix_testing as testing;
pub use crate::config::Shutdown;
pub use crate::main_scope::{
    Configured, Flavor, IntoConfig, Main, config_of_main, into_config, run_main, run_main_sync,
    text,
};
pub use crate::outcome::{Failure, FutureOfMacro, Outcome, Probe, dispatch};
pub use crate::record::entered::Entered;
pub use crate::record::owned::Owned as Place;
pub use crate::record::run::{Traced, traced};
pub use crate::record::site::{Site, SpanKind};
pub use crate::record::start::Beginning;
pub use crate::record::told::unharmed;
pub use crate::value::{Attr, ToValue, Value};
pub use crate::{
    __phoenix_failing as failing, __phoenix_outcome as outcome, __phoenix_success as success,
};
pub use crate::{key, value};

/// What `db_span!` calls.
pub mod db {
    pub use crate::db::span::{Told, begin, inside, rows, run, started, status_code};
}

use crate::key::{AttributeType, Key, types};
use crate::record::place::{self, SpanRefs};
use crate::record::start;
use crate::record::{current, entered, process};
use crate::returned::{self, ReturnedValue};

#[cfg(feature = "grpc")]
pub use crate::grpc::service as grpc;
#[cfg(feature = "testing")]
pub use crate::testing::run::{Test, config_of_test};

/// Is a span that starts now recorded, as far as can be told in a moment?
#[inline]
#[must_use]
pub fn recording() -> bool {
    process::is_on()
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

/// The same with more to begin with.
#[must_use]
pub fn enter_as(site: &'static Site, attrs: &[Attr<'_>], beginning: Beginning<'_>) -> Entered {
    entered::enter_as(site, attrs, beginning)
}

/// Starts the span that [`traced`] runs, from inside of what it runs.
#[inline]
pub fn start(site: &'static Site, attrs: &[Attr<'_>]) {
    start::start(site, attrs);
}

/// The same with more to begin with.
pub fn start_as(site: &'static Site, attrs: &[Attr<'_>], beginning: Beginning<'_>) {
    start::start_as(site, attrs, beginning);
}

/// The same, in another place than below the one that runs now.
pub fn start_in(
    place: &mut Place,
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
) {
    start::start_in(place, site, attrs, beginning);
}

/// A name that is known only now; empty: it cannot be had.
pub fn name<N: AsRef<str> + ?Sized>(name: &N) -> &str {
    unharmed(|| name.as_ref()).unwrap_or_default()
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

/// Makes a future hold what it otherwise might not use.
#[inline]
pub fn hold<T: ?Sized>(_: &T) {}

/// Calls a body once. As a function, it lets a body give back what it borrowed.
#[inline]
pub fn call<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// What a future gives, as a type; for code that never runs.
pub fn output<F: Future>(_: F) -> F::Output {
    unreachable!("it is called where nothing runs")
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
pub fn below<Number>(parent: impl SpanRefs<Number>) -> Place {
    place::below(parent)
}

/// The right to record in a trace of its own.
#[must_use]
pub fn apart() -> Place {
    place::apart()
}

/// What runs until this is dropped records there, if it is on.
#[must_use]
pub fn stay(on: bool, place: impl FnOnce() -> Place) -> Place {
    let mut place = asked(on, place);
    place.enter_to_drop();
    place
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

/// A test, where there is support for it.
#[cfg(feature = "testing")]
#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_testing {
    ($($test:tt)*) => { $($test)* };
}

/// A test, where there is support for it.
#[cfg(not(feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_testing {
    ($($test:tt)*) => {
        ::core::compile_error!(
            "`#[phoenix_test]` needs the feature `testing`; add `phoenix-trace = { version = \"..\", features = [\"testing\"] }` to `[dev-dependencies]`"
        );
    };
}
