//! Crates as services have them, between annotated functions: their spans are in the same traces, with right parents.

mod http;
mod sqlx;

use phoenix_trace::TracingBridge;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt as _;

/// A subscriber with the bridge.
fn subscriber(bridge: TracingBridge) -> Dispatch {
    tracing_subscriber::registry().with(bridge.layer()).into()
}
