//! Spans of `tracing` start when they are entered first, which may be in another task. It is noted below which span of ours they
//! are made, and forgotten once they have started; in between our tracer has it for the parent.

use std::cell::RefCell;

use super::early;
use crate::record::carry::place_here;
use crate::record::free::Reach;
use opentelemetry::Context as ApiContext;

/// Where a span is made.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The innermost span that runs there.
    innermost: Reach,
    /// The id of the span that the current context names there, which is another one; zero: none.
    named: u64,
}

thread_local! {
    /// Where the span is made that starts now.
    static STARTING: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// The parent of a span that starts, where it was made while the context named the span `named`.
pub(super) fn parent(named: u64) -> Option<Reach> {
    let of = |place: &Place| (place.named == named).then(|| place.innermost.clone());
    // Where the thread is ending, its parent is the one of its context.
    STARTING
        .try_with(|starting| starting.borrow().as_ref().and_then(of))
        .ok()
        .flatten()
}

/// From here on a span starts that was made there; `None`: it has started.
pub(super) fn starts(place: Option<Place>) {
    let _ = STARTING.try_with(|starting| starting.replace(place));
}

/// Where a span is made here. `None`: where the current context says.
pub(super) fn here() -> Option<Place> {
    let named = ApiContext::map_current(early::id_in);
    let innermost = place_here(named)?;
    Some(Place { innermost, named })
}
