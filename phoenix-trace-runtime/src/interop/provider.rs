//! The tracer provider, and how it becomes that of the process.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

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
    static LOOKED: AtomicBool = AtomicBool::new(false);
    observer::observe();
    if LOOKED.swap(true, Ordering::Relaxed) {
        // What stands there is ours, or was installed by the program since, or before.
        return;
    }
    if is_another_installed() {
        diag::line(format_args!(
            "the global tracer provider of `opentelemetry` stays the one that the program has installed: its spans are not recorded here"
        ));
    } else {
        global::set_tracer_provider(TracerProvider::new());
    }
}

thread_local! {
    /// Was one of our tracers asked for a span in a context that suppresses telemetry?
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// One of our tracers was asked for a span in a context that suppresses telemetry.
pub(super) fn asked_in_vain() {
    // Where the thread is ending, nobody wants to know.
    let _ = ASKED.try_with(|asked| asked.set(true));
}

/// Has the program installed a provider that is not ours? A span in a context that suppresses telemetry tells: where there is
/// none, it stands for its parent.
fn is_another_installed() -> bool {
    let context = observer::probe();
    let tracer = global::tracer_provider().tracer("phoenix-trace");
    ASKED.set(false);
    let span = tracer.start_with_context("probe", &context);
    !ASKED.get() && trace::Span::span_context(&span) != context.span().span_context()
}
