//! The tracer provider, and how it becomes that of the process.

use std::cell::Cell;

use opentelemetry::trace::{self, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{InstrumentationScope, global};

use super::observer;
use super::tracer::Tracer;
use crate::diag;

/// The tracer provider of the recorder: what its tracers start is recorded wherever annotated spans of the same thread would
/// be, so it holds nothing, and goes on to work when telemetry is started or ended.
///
/// [`init`](crate::init) makes it the global one of `opentelemetry`, unless the program has installed another before.
///
/// ```
/// use opentelemetry::trace::{Tracer as _, TracerProvider as _};
/// use phoenix_trace::interop::TracerProvider;
///
/// let tracer = TracerProvider::new().tracer("billing");
/// let sum = tracer.in_span("add", |_| 1 + 1);
/// assert_eq!(sum, 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TracerProvider(());

impl TracerProvider {
    /// The provider.
    #[must_use]
    pub fn new() -> Self {
        observer::observe();
        Self(())
    }
}

impl trace::TracerProvider for TracerProvider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Tracer {
        Tracer::of(scope)
    }
}

/// Makes it the global one, unless the program has installed another.
pub(crate) fn install() {
    observer::observe();
    match look() {
        Found::None => {
            global::set_tracer_provider(TracerProvider::new());
        }
        Found::Ours => {}
        Found::Another => diag::line(format_args!(
            "the global tracer provider of `opentelemetry` stays the one that the program has installed: its spans are not recorded here"
        )),
    }
}

/// Whose provider is the global one?
enum Found {
    None,
    Ours,
    Another,
}

thread_local! {
    /// Is it looked whose provider is the global one, and was one of our tracers asked for a span meanwhile?
    static LOOK: Cell<Look> = const { Cell::new(Look::Over) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Over,
    Open,
    Answered,
}

/// That we look at what is there is no use of the API by the program.
pub(super) fn is_looked_for() -> bool {
    LOOK.try_with(Cell::get)
        .is_ok_and(|look| look != Look::Over)
}

/// One of our tracers was asked for a span in a context that suppresses telemetry.
pub(super) fn asked_in_vain() {
    // Where the thread is ending, nobody wants to know.
    let _ = LOOK.try_with(|look| {
        if look.get() == Look::Open {
            look.set(Look::Answered);
        }
    });
}

/// A span in a context that suppresses telemetry tells: where there is no provider, it stands for its parent.
fn look() -> Found {
    let context = observer::probe();
    LOOK.set(Look::Open);
    let tracer = global::tracer_provider().tracer("phoenix-trace");
    let span = tracer.start_with_context("probe", &context);
    if LOOK.replace(Look::Over) == Look::Answered {
        Found::Ours
    } else if trace::Span::span_context(&span) == context.span().span_context() {
        Found::None
    } else {
        Found::Another
    }
}
