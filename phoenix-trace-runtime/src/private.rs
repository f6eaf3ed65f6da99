//! What generated code calls. Nothing here is for anybody else.

use std::fmt;

pub use crate::__phoenix_outcome as outcome;
pub use crate::__phoenix_testing as testing;
pub use crate::main_scope::{
    Configured, Flavor, IntoConfig, Main, config_of_main, into_config, run_main, run_main_sync,
};
pub use crate::outcome::{Failure, Outcome};
pub use crate::record::entered::Entered;
pub use crate::record::run::{Traced, traced};
pub use crate::record::site::{Site, SpanKind};
pub use crate::value::{Attr, ToValue, Value};
pub use crate::{key, value};

use crate::key::{AttributeType, Key, types};
use crate::record::{current, entered, start, thread};

#[cfg(feature = "grpc")]
pub use crate::grpc::service as grpc;
#[cfg(feature = "testing")]
pub use crate::testing::run::{Test, config_of_test};

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

/// Starts the span that [`traced`] runs, from inside of what it runs.
#[inline]
pub fn start(site: &'static Site, attrs: &[Attr<'_>]) {
    start::start(site, attrs);
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

/// Does this result hold an error that counts as a failure?
#[inline]
pub fn is_failure<T, E>(returned: &Result<T, E>, condition: impl FnOnce(&E) -> bool) -> bool {
    returned.as_ref().is_err_and(condition)
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
