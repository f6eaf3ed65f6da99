//! What is the process's and not telemetry's own, each installed where the program has none: the subscriber of `tracing`, the
//! propagator of `opentelemetry`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::global;
use opentelemetry::propagation::TextMapPropagator;
#[cfg(all(feature = "logs", feature = "tracing"))]
use tracing_subscriber::Layer as _;
#[cfg(feature = "logs")]
use tracing_subscriber::filter::Targets;

use crate::diag;
use crate::interop;
#[cfg(feature = "tracing")]
use crate::interop::TracingBridge;
#[cfg(feature = "logs")]
use crate::logs;
use crate::propagation::{CompositePropagator, Propagators};
use crate::record::process;
use crate::record::segment::lock;

/// Did telemetry install the subscriber or the logger of this process?
static INSTALLED: AtomicBool = AtomicBool::new(false);

pub(crate) fn has_subscriber_or_logger() -> bool {
    INSTALLED.load(Ordering::Relaxed)
}

/// Installs a subscriber of `tracing` for what is asked for: log records, and spans by the bridge.
pub(super) fn subscribe(
    #[cfg(feature = "logs")] filter: Option<Targets>,
    #[cfg(feature = "tracing")] bridge: Option<TracingBridge>,
) {
    #[cfg(all(feature = "logs", feature = "tracing"))]
    let installed = match (filter, bridge) {
        (Some(filter), bridge) => {
            logs::install(filter, bridge.map(|bridge| bridge.layer().boxed()))
        }
        (None, Some(bridge)) => interop::subscribe(bridge),
        (None, None) => false,
    };
    #[cfg(all(feature = "logs", not(feature = "tracing")))]
    let installed = filter.is_some_and(|filter| logs::install(filter, None));
    #[cfg(all(feature = "tracing", not(feature = "logs")))]
    let installed = bridge.is_some_and(interop::subscribe);
    #[cfg(any(feature = "logs", feature = "tracing"))]
    if installed {
        INSTALLED.store(true, Ordering::Relaxed);
    }
}

/// Makes them those of the process, and of `opentelemetry`, unless the program has installed another propagator there.
pub(super) fn install(propagators: &'static Propagators) {
    process::set_propagators(propagators);
    interop::install();
    /// What was installed here the last time, by its fields.
    static OURS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let fields = |propagator: &dyn TextMapPropagator| -> Vec<String> {
        propagator.fields().map(str::to_owned).collect()
    };
    let mut ours = lock(&OURS);
    let installed = global::get_text_map_propagator(|propagator| fields(propagator));
    // The one that stands there at first has no fields.
    if installed.is_empty() || installed == *ours {
        let composite = CompositePropagator::new(propagators.iter());
        *ours = fields(&composite);
        global::set_text_map_propagator(composite);
    } else {
        diag::line(format_args!(
            "the global propagator of `opentelemetry` stays the one that the program has installed"
        ));
    }
}
