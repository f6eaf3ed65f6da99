//! What runs on a thread whose panic ends the process: nothing is unwound there, so its spans are ended here.

use super::carry::with_active;
use super::clock;
use super::current::fail_entered;
use super::part;
use super::strand::Strand;
use super::thread;
use crate::outcome::Failure;

/// Every span that runs on this thread fails, the innermost first, and what was recorded here joins its segment.
pub(crate) fn end_running(failure: &Failure<'_>) {
    let running = with_active(|strand| (strand.seed, running(strand)));
    let (seed, running) = running.unwrap_or_default();
    for number in &running {
        fail_entered(seed, *number, failure);
    }
    let Some(mut strand) = thread::uninstall(None) else {
        return;
    };
    let now = clock::now();
    for number in running {
        strand.end(number, now);
    }
    strand.cancel_open(now);
    part::finish(strand);
}

/// The span that runs, and those around it that the strand knows.
fn running(strand: &Strand) -> Vec<u32> {
    let mut running = Vec::new();
    let mut number = strand.current;
    while let Some(record) = strand.record(number) {
        if record.end == 0 {
            running.push(number);
        }
        number = record.parent;
    }
    running
}
