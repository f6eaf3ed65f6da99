//! What `#[phoenix_main]` wraps around `main`: telemetry up, the runtime, the signals, the flush, the right exit code.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::bootstrap::{Telemetry, init};
use crate::config::Config;
use crate::diag;
use crate::signals::Signals;

/// How long the runtime's tasks may take to end after `main` has returned.
const TASKS: Duration = Duration::from_millis(500);

/// The exit code for a fault of the operating system (`sysexits.h`).
const EX_OSERR: i32 = 71;

/// What the attribute says about `main`.
#[derive(Clone, Copy, Debug)]
pub struct Main {
    /// `service = ".."`.
    pub service: Option<&'static str>,
    /// `version = ".."`.
    pub version: Option<&'static str>,
    /// The package's version: the service's when nothing else names one.
    pub version_default: &'static str,
    /// The package's name: the service's name when nothing else names it.
    pub name_default: &'static str,
    /// `flavor = ".."`.
    pub flavor: Flavor,
    /// `worker_threads = ..`.
    pub worker_threads: Option<usize>,
}

/// The kind of Tokio runtime that `main` runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Worker threads, as many as processors unless said otherwise.
    MultiThread,
    /// One thread.
    CurrentThread,
}

impl Main {
    fn start(&self) -> Option<Telemetry> {
        let mut config = Config::from_env();
        if let Some(service) = self.service {
            config = config.service(service);
        } else if config.service_name().starts_with("unknown_service") {
            config = config.service(self.name_default);
        }
        if let Some(version) = self.version {
            config = config.version(version);
        } else if config.service_version().is_none() {
            config = config.version(self.version_default);
        }
        init(config)
            .inspect_err(|error| {
                diag::line(format_args!("the service runs without traces: {error}"))
            })
            .ok()
    }

    fn runtime(&self) -> std::io::Result<Runtime> {
        let mut builder = match self.flavor {
            Flavor::MultiThread => tokio::runtime::Builder::new_multi_thread(),
            Flavor::CurrentThread => tokio::runtime::Builder::new_current_thread(),
        };
        if let Some(threads) = self.worker_threads {
            builder.worker_threads(threads.max(1));
        }
        builder.enable_all().build()
    }
}

/// Runs an asynchronous `main`.
///
/// # Panics
/// With what `body` panicked with.
pub fn run_main<F: Future>(main: Main, body: F) -> F::Output {
    let telemetry = main.start();
    let runtime = match main.runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            diag::line(format_args!("the Tokio runtime cannot be built: {error}"));
            std::process::exit(EX_OSERR);
        }
    };
    let signals = Signals::listen();
    let returned = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body)));
    signals.main_returned();
    runtime.shutdown_timeout(TASKS);
    drop(telemetry);
    returned.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Runs a synchronous `main`.
///
/// # Panics
/// With what `body` panicked with.
pub fn run_main_sync<R>(main: Main, body: impl FnOnce() -> R) -> R {
    let telemetry = main.start();
    let signals = Signals::listen();
    let returned = catch_unwind(AssertUnwindSafe(body));
    signals.main_returned();
    drop(telemetry);
    returned.unwrap_or_else(|panic| resume_unwind(panic))
}
