//! `tracing` events and `log` records become log records: by a subscriber where the process has none, and by a logger.

use std::sync::OnceLock;

use tracing_log::log;
use tracing_log::{AsLog as _, LogTracer};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::reload;

use super::layer::{Events, is_given};
use crate::diag;

/// The levels of the subscriber that was installed here.
static OURS: OnceLock<reload::Handle<Targets, Layered<Also, Registry>>> = OnceLock::new();

/// A layer for spans, beside that for events.
pub(crate) type Also = Option<Box<dyn Layer<Registry> + Send + Sync>>;

/// Installs it, unless the program has installed another; the levels of one that was installed here before are set anew.
/// `false`: nothing was installed, neither a subscriber nor a logger.
pub(crate) fn install(filter: Targets, also: Also) -> bool {
    let most = filter
        .iter()
        .map(|(_, level)| level)
        .chain(filter.default_level())
        .max();
    let most = most.unwrap_or(LevelFilter::OFF);
    if let Some(levels) = OURS.get() {
        // It fails only where the subscriber is gone, and the global one stays.
        let _ = levels.reload(filter);
        log::set_max_level(most.as_log());
        return true;
    }
    let given = is_given();
    let (filter, levels) = reload::Layer::new(filter);
    let layer = Events { ours: true }.with_filter(filter);
    let subscriber = tracing_subscriber::registry().with(also).with(layer);
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        if given {
            // As `init` of `tracing-subscriber` does with its feature `tracing-log`. Where that or the program has installed a
            // logger, it stays.
            let most = LevelFilter::current();
            return LogTracer::init_with_filter(most.as_log()).is_ok();
        }
        diag::line(format_args!(
            "the subscriber of `tracing` stays the one that the program has installed; \
             `phoenix_trace::layer()` adds its events to the logs"
        ));
        return false;
    }
    let _ = OURS.set(levels);
    let bridge = LogTracer::builder().with_max_level(most.as_log()).init();
    if bridge.is_err() {
        diag::line(format_args!(
            "the logger of `log` stays the one that the program has installed: its records are not among the logs"
        ));
    }
    true
}
