//! What `#[phoenix_test]` wraps around a test: a capture to which all threads of its runtime report, and which is printed
//! when the test fails.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::Capture;
use crate::config::Config;
use crate::main_scope::{Configured, Flavor, TASKS};
use crate::outcome::Outcome;
use crate::record::scoped;
use crate::sampling::Sampler;
use crate::waterfall::Waterfall;

/// A test that runs.
#[derive(Debug)]
pub struct Test {
    flavor: Flavor,
    worker_threads: Option<usize>,
    capture: Capture,
}

/// The configuration of a test that names none: everything is kept.
///
/// # Errors
/// Never: it has the type of those that can fail.
pub fn config_of_test() -> Configured {
    Ok(Config::default()
        .service("test")
        .sampler(Sampler::always_on()))
}

impl Test {
    /// A test with a capture of its own.
    ///
    /// # Panics
    /// When it has no configuration, or no thread can be started.
    #[must_use]
    pub fn new(flavor: Flavor, worker_threads: Option<usize>, config: fn() -> Configured) -> Self {
        let config = match config() {
            Ok(config) => config,
            Err(error) => panic!("the test has no configuration: {error}"),
        };
        Self {
            flavor,
            worker_threads,
            capture: Capture::with_config(config),
        }
    }

    /// What the test records.
    #[must_use]
    pub fn capture(&self) -> &Capture {
        &self.capture
    }

    /// Runs an asynchronous test on a runtime of its own.
    ///
    /// # Panics
    /// With what `body` panicked with, and when no runtime can be built.
    pub fn run<F: Future>(
        &self,
        body: F,
        outcome: impl FnOnce(&F::Output) -> Outcome<'_>,
    ) -> F::Output {
        let pipeline = self.capture.pipeline().clone();
        let mut builder = self.flavor.builder(self.worker_threads);
        builder.on_thread_start(move || scoped::report_to(Some(pipeline.clone())));
        builder.on_thread_stop(|| scoped::report_to(None));
        let runtime = match builder.build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("the Tokio runtime of a test cannot be built: {error}"),
        };
        self.run_sync(
            || {
                let returned = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body)));
                // Its tasks end before anybody looks at what they recorded.
                runtime.shutdown_timeout(TASKS);
                returned.unwrap_or_else(|panic| resume_unwind(panic))
            },
            outcome,
        )
    }

    /// Runs a test on this thread.
    ///
    /// # Panics
    /// With what `body` panicked with.
    pub fn run_sync<R>(
        &self,
        body: impl FnOnce() -> R,
        outcome: impl FnOnce(&R) -> Outcome<'_>,
    ) -> R {
        let returned = {
            let _guard = self.capture.enter();
            catch_unwind(AssertUnwindSafe(body))
        };
        let failed = match &returned {
            Ok(returned) => matches!(outcome(returned), Outcome::Err(_)),
            Err(_) => true,
        };
        if failed {
            self.tell();
        }
        returned.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Prints what was recorded, to where the test's own output goes.
    fn tell(&self) {
        self.capture.shutdown();
        let spans = self.capture.spans();
        if !spans.is_empty() {
            eprint!(
                "\nrecorded by the test:\n{}",
                Waterfall::new().render(&spans)
            );
        }
    }
}
