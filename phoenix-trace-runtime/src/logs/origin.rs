//! Where a record comes from: the span that runs on this thread, its trace, its request; and the logs that it goes to.

use std::cell::Cell;
use std::sync::Arc;

use super::held::Held;
use super::hub::Logs;
use super::record::Ids;
use crate::record::carry::with_active;
use crate::record::stored::NONE;
use crate::record::strand::Role;
use crate::record::thread;

thread_local!(static SUPPRESSED: Cell<bool> = const { Cell::new(false) });

/// What this thread logs from here on goes nowhere: it is at work for the export of logs, which would never end.
pub(crate) fn suppress_here() {
    let _ = SUPPRESSED.try_with(|suppressed| suppressed.set(true));
}

/// The logs that the running code reports to. `None`: there are none, or they are not to hear of this thread.
pub(super) fn logs() -> Option<Arc<Logs>> {
    let suppressed = SUPPRESSED.try_with(Cell::get).unwrap_or(false);
    if suppressed { None } else { thread::logs() }
}

/// Does this thread work for the export?
pub(super) fn is_suppressed() -> bool {
    SUPPRESSED.try_with(Cell::get).unwrap_or(false)
}

/// The ids of what runs here.
pub(super) fn ids() -> Ids {
    let ids = with_active(|strand| {
        // The caller's span is none of ours.
        let is_remote = strand.current == NONE && strand.context.remote;
        let span_id = if is_remote {
            0
        } else {
            strand.id_of(strand.current)
        };
        let context = &strand.context;
        Ids {
            trace_id: context.trace_id,
            span_id,
            flags: context.flags,
            correlation: context.correlation_id(),
        }
    });
    ids.unwrap_or_default()
}

/// Lets a record wait with the strand that runs here. `false`: there is no trace whose decision would matter.
pub(super) fn hold(wait: impl FnOnce(&mut Held)) -> bool {
    let waits = with_active(|strand| {
        // What failed may still be dropped, in a storm of errors; what is sampled or forced is kept, whatever comes.
        let is_kept = strand.context.is_sampled() || strand.context.forced;
        if strand.role == Role::Scope || is_kept {
            return false;
        }
        wait(&mut strand.logs);
        true
    });
    waits.unwrap_or(false)
}
