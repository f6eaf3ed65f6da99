//! Whether what is exported arrives: each exporter is tried with an empty request, step by step, and what came of each step is
//! told with its remedy.

#[cfg(feature = "prometheus")]
mod scraped;
mod show;
#[cfg(feature = "otlp")]
mod steps;
#[cfg(all(test, feature = "otlp", feature = "testing"))]
mod tests;

use std::sync::Mutex;
use std::time::Duration;

#[cfg(feature = "prometheus")]
use crate::config::Prometheus;
use crate::config::{Config, Problem, Settings};
use crate::record::segment::lock;

/// What trying the exporters of this process showed; see [`check`]. Printed, it is a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Check {
    /// Values of the configuration that could not be used, and what is used instead.
    pub problems: Vec<Problem>,
    /// One for each place that something is exported to.
    pub exporters: Vec<CheckedExporter>,
}

impl Check {
    /// Would everything that is exported arrive?
    #[must_use]
    pub fn is_ok(&self) -> bool {
        let steps = self.exporters.iter().flat_map(|exporter| &exporter.steps);
        steps
            .into_iter()
            .all(|step| !matches!(step.outcome, Outcome::Failed(_)))
    }
}

/// One place that something is exported to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckedExporter {
    /// `traces`, `metrics`, `logs`.
    pub signal: &'static str,
    /// Where to, and how: without secrets.
    pub exporter: String,
    /// What was tried, up to the first step that failed. None: there is nothing to try, such as at the console.
    pub steps: Vec<CheckStep>,
}

/// One step on the way to a receiver.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckStep {
    /// What was tried.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

impl CheckStep {
    fn untried(why: &str) -> Self {
        Self {
            step: Step::Settings,
            outcome: Outcome::Failed(why.to_owned()),
            took: Duration::ZERO,
        }
    }
}

/// What is tried, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The settings: files of certificates are read.
    Settings,
    /// The name of the host is looked up.
    Dns,
    /// A connection is made.
    Connect,
    /// For `https`: both sides agree on TLS, and the receiver's certificate is trusted.
    Tls,
    /// The receiver takes the credentials: headers, or a client certificate.
    Auth,
    /// The receiver takes an empty request; or what Prometheus is to scrape is there.
    Accepted,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is well, with what was seen.
    Ok(String),
    /// It is not needed.
    Skipped(String),
    /// It failed: why, and what to do.
    Failed(String),
}

/// What there is to be tried.
#[derive(Clone, Debug)]
struct Plan {
    problems: Vec<Problem>,
    all: Vec<Checkable>,
}

impl Plan {
    fn of(config: &Config) -> Self {
        Self {
            problems: config.problems().to_vec(),
            all: config.checkable(),
        }
    }
}

/// Where one signal goes.
#[derive(Clone, Debug)]
pub(crate) struct Checkable {
    pub(crate) signal: &'static str,
    pub(crate) exporter: String,
    pub(crate) way: Way,
}

/// How it goes there.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Otlp(Box<Settings>),
    /// It is scraped there.
    #[cfg(feature = "prometheus")]
    Scraped(Prometheus),
    /// Such that there is nothing to try.
    Other,
}

/// How long one step may take.
#[cfg(any(feature = "otlp", feature = "prometheus"))]
const LONGEST: Duration = Duration::from_secs(10);

/// Where telemetry of this process goes, since it was started last.
static RUNNING: Mutex<Option<Plan>> = Mutex::new(None);

pub(crate) fn remember(config: &Config) {
    *lock(&RUNNING) = Some(Plan::of(config));
}

/// Tries the exporters of this process, and says what it saw: for when nothing arrives. Each receiver is sent an empty request,
/// which changes nothing there. Before [`init`](crate::init) it tries what [`Config::from_env`] says.
///
/// It blocks until the answer is there, which may take ten seconds for a receiver that does not answer; within a runtime there is
/// [`check_async`]. It works on a thread of its own, with or without a runtime.
///
/// ```
/// let check = phoenix_trace::check();
/// println!("{check}");
/// assert!(check.is_ok());
/// ```
#[must_use]
pub fn check() -> Check {
    wait(running())
}

/// [`check`] without blocking, on any runtime.
pub async fn check_async() -> Check {
    let plan = running();
    let all = plan.clone();
    let (told, tell) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name(THREAD.to_owned());
    // Nobody waits for the answer any more when it cannot be sent.
    let started = thread.spawn(move || drop(told.send(run(plan))));
    match started {
        Ok(_) => tell.await.unwrap_or_else(|_| untried(all, "it broke off")),
        Err(error) => untried(all, &error.to_string()),
    }
}

const THREAD: &str = "phoenix-check";

fn running() -> Plan {
    let running = lock(&RUNNING).clone();
    running.unwrap_or_else(|| Plan::of(&Config::from_env()))
}

fn wait(plan: Plan) -> Check {
    let all = plan.clone();
    let thread = std::thread::Builder::new().name(THREAD.to_owned());
    match thread.spawn(move || run(plan)) {
        Ok(thread) => thread
            .join()
            .unwrap_or_else(|_| untried(all, "it broke off")),
        Err(error) => untried(all, &error.to_string()),
    }
}

impl Config {
    /// [`check`] of this configuration, whether telemetry runs or not.
    ///
    /// ```
    /// use phoenix_trace::Config;
    ///
    /// assert!(Config::default().console().check().is_ok());
    /// ```
    #[must_use]
    pub fn check(&self) -> Check {
        wait(Plan::of(self))
    }
}

fn run(plan: Plan) -> Check {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return untried(plan, &error.to_string()),
    };
    let exporters = plan.all.into_iter().map(|there| CheckedExporter {
        signal: there.signal,
        exporter: there.exporter,
        steps: runtime.block_on(try_out(&there.way)),
    });
    Check {
        problems: plan.problems,
        exporters: exporters.collect(),
    }
}

async fn try_out(way: &Way) -> Vec<CheckStep> {
    match way {
        #[cfg(feature = "otlp")]
        Way::Otlp(settings) => steps::try_out(settings).await,
        #[cfg(not(feature = "otlp"))]
        Way::Otlp(_) => vec![CheckStep::untried(
            "this program was built without the feature `otlp` of phoenix-trace",
        )],
        #[cfg(feature = "prometheus")]
        Way::Scraped(at) => scraped::try_out(at).await,
        Way::Other => Vec::new(),
    }
}

/// What is told where nothing could be tried.
fn untried(plan: Plan, why: &str) -> Check {
    let exporters = plan.all.into_iter().map(|there| CheckedExporter {
        signal: there.signal,
        exporter: there.exporter,
        steps: match &there.way {
            Way::Other => Vec::new(),
            _ => vec![CheckStep::untried(why)],
        },
    });
    Check {
        problems: plan.problems,
        exporters: exporters.collect(),
    }
}
