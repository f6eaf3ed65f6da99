//! What else the exporting thread sends, beside spans: logs at the same time, and metrics after them, so that what these say
//! is final.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;

use super::Pipeline;
use super::orders::Orders;

/// What is asked of it, and how others wait for that.
#[derive(Debug)]
pub(crate) struct Beside {
    orders: Orders,
    wake: Notify,
}

pub(crate) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts it on the exporting thread, within its reactor. It runs until it is told to stop.
pub(crate) type Start = Box<dyn FnOnce(&Arc<Pipeline>, Arc<Beside>) -> Running + Send>;

impl Default for Beside {
    fn default() -> Self {
        Self {
            orders: Orders::new(),
            wake: Notify::new(),
        }
    }
}

impl Beside {
    /// Runs it on the exporting thread. Whatever ends it, nobody waits for it in vain.
    pub(super) fn run(
        self: Arc<Self>,
        start: Start,
        pipeline: &Arc<Pipeline>,
    ) -> impl Future<Output = ()> + Send + use<> {
        struct End(Arc<Beside>);

        impl Drop for End {
            fn drop(&mut self) {
                self.0.orders.end();
            }
        }

        let pipeline = pipeline.clone();
        async move {
            let end = End(self);
            start(&pipeline, end.0.clone()).await;
        }
    }

    /// Asks it to send what there is by now, which [`wait_for`](Self::wait_for) waits for.
    pub(super) fn ask(&self, until: Instant) -> u64 {
        self.orders.ask(until, &self.wake)
    }

    pub(super) fn wait_for(&self, number: u64, until: Instant) {
        self.orders.wait_for(number, until);
    }

    /// Asks it to send what there is at the end.
    pub(super) fn stop(&self, until: Instant) {
        self.orders.stop(until, &self.wake);
    }

    /// Waits until `until` for its end, which was asked for.
    pub(super) fn end(&self, until: Instant) {
        self.orders.wait_for_end(until);
    }
}

#[cfg(feature = "metrics")]
impl Beside {
    /// What is asked of it.
    pub(crate) fn next(&self) -> super::Order {
        self.orders.next()
    }

    /// Flush `number` is over, and those before it.
    pub(crate) fn answer(&self, number: u64) {
        self.orders.answer(number, true);
    }

    /// Waits until it may have been asked for something more.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }
}
