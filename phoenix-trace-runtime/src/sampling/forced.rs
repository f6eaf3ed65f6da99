//! Traces that somebody asked for. They are marked by a member of our own in `tracestate`, so that every service on their way
//! keeps its part. A public edge drops what comes in and sets the mark itself, for those who may ask.

use std::sync::LazyLock;

use crate::propagation::TraceState;

const KEY: &str = "phoenix";
const VALUE: &str = "forced";

/// The trace state of a trace that begins here and was asked for.
pub(crate) fn mark() -> TraceState {
    static MARK: LazyLock<TraceState> =
        LazyLock::new(|| TraceState::EMPTY.with(KEY, VALUE).unwrap_or_default());
    MARK.clone()
}

pub(super) fn is_marked(state: &TraceState) -> bool {
    state.get(KEY) == Some(VALUE)
}
