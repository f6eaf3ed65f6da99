//! The guard of telemetry that runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
#[cfg(feature = "logs")]
use std::time::Instant;

use super::FLUSH_DEADLINE;
#[cfg(feature = "logs")]
use crate::logs::Logs;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::pipeline::{Pipeline, Stats};
use crate::record::process;
use crate::record::segment::lock;

/// Telemetry that runs. Dropped, it is shut down.
#[derive(Debug)]
#[must_use = "telemetry ends when this is dropped"]
pub struct Telemetry {
    pub(super) pipeline: Option<Arc<Pipeline>>,
    /// Where there is no pipeline to end them.
    #[cfg(feature = "logs")]
    pub(super) logs: Option<Arc<Logs>>,
    #[cfg(feature = "metrics")]
    pub(super) meters: Option<metrics::Installed>,
    pub(super) _claim: Claim,
}

/// Whoever has it is the only telemetry of the process.
#[derive(Debug)]
pub(super) struct Claim(());

static CLAIMED: AtomicBool = AtomicBool::new(false);

impl Claim {
    pub(super) fn new() -> Option<Self> {
        (!CLAIMED.swap(true, Ordering::SeqCst)).then_some(Self(()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.store(false, Ordering::SeqCst);
    }
}

impl Telemetry {
    /// Sends what is decided, within `deadline`. A receiver that fails is tried again until then. `false`: it took longer,
    /// or spans were given up on the way, of which [`stats`](crate::stats) tells.
    pub fn flush(&self, deadline: Duration) -> bool {
        #[cfg(feature = "logs")]
        if let Some(logs) = &self.logs {
            logs.flush_lines(Instant::now() + deadline.min(FLUSH_DEADLINE));
        }
        self.pipeline
            .as_ref()
            .is_none_or(|pipeline| pipeline.flush(deadline))
    }

    /// Decides what is open, sends everything within five seconds, and stops. Returns the final account.
    ///
    /// Spans that are open on this thread or in suspended tasks end there (`phoenix.cancelled`). Where spans have ended inside of
    /// work that still runs on another thread, such as a blocking task, that is waited for until a second before the deadline
    /// (a quarter of a shorter one): until it ends, is suspended, or, from half a second on, ends another span. What does none of
    /// these cannot be reached; its spans that have ended count as [`open`](Stats::open).
    pub fn shutdown(mut self) -> Stats {
        self.stop(FLUSH_DEADLINE)
    }

    /// [`shutdown`](Self::shutdown) with a deadline of one's own.
    pub fn shutdown_within(mut self, deadline: Duration) -> Stats {
        self.stop(deadline)
    }

    fn stop(&mut self, deadline: Duration) -> Stats {
        let Some(pipeline) = self.pipeline.take() else {
            #[cfg(feature = "logs")]
            if let Some(logs) = self.logs.take() {
                logs.close_lines(Instant::now() + deadline.min(FLUSH_DEADLINE));
                return Stats {
                    logs: logs.stats(),
                    ..Stats::default()
                };
            }
            return Stats::default();
        };
        pipeline.shutdown(deadline);
        process::unset_global(&pipeline);
        #[cfg(feature = "metrics")]
        drop(self.meters.take());
        let stats = pipeline.stats();
        *lock(&LAST) = Some(pipeline);
        stats
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.stop(FLUSH_DEADLINE);
    }
}

/// The last pipeline that the process had, for the sake of its account.
pub(super) static LAST: Mutex<Option<Arc<Pipeline>>> = Mutex::new(None);
