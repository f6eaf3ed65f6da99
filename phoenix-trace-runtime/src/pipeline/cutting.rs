//! Segments that stay open: what has ended of them is decided from time to time, so that it is seen while they go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::Pipeline;
use crate::record::part::Part;
use crate::record::segment::Segment;
use crate::record::{clock, registry};

/// Looks after suspended strands as long as there are any, four times in each period after which they are cut.
#[derive(Debug, Default)]
pub(crate) struct Cutting {
    looking: AtomicBool,
    wake: Notify,
}

impl Cutting {
    /// A strand can be found from now on.
    #[inline]
    pub(crate) fn look(&self) {
        if !self.looking.load(Ordering::Relaxed) && !self.looking.swap(true, Ordering::Relaxed) {
            self.wake.notify_one();
        }
    }

    /// Cuts strands when their time has come, for ever. With none that could be found it sleeps.
    pub(super) async fn run(&self, pipeline: &Pipeline) {
        const LEAST: Duration = Duration::from_millis(1);
        const MOST: Duration = Duration::from_secs(24 * 60 * 60);
        let period = (pipeline.limits.cut / 4).clamp(LEAST, MOST);
        loop {
            self.wake.notified().await;
            loop {
                tokio::time::sleep(period).await;
                // Who is not found is registered later, and sees this.
                self.looking.store(false, Ordering::Relaxed);
                let parts = registry::parts_of(pipeline);
                if parts.is_empty() {
                    break;
                }
                self.looking.store(true, Ordering::Relaxed);
                cut(&parts);
            }
        }
    }
}

/// First all that is due joins, then each segment is decided on the whole of it.
fn cut(parts: &[Arc<Part>]) {
    let now = clock::now();
    let cut: Vec<Arc<Segment>> = parts.iter().filter_map(|part| part.cut(now)).collect();
    cut.iter().for_each(|segment| segment.decide_so_far(now));
}
