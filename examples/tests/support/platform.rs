//! The services, started one by one by a test that chooses their environment, and stopped with a look at their accounts.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde::Deserialize;
use tempfile::TempDir;

use super::child::Child;
use super::request_flow;

/// A debug build on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// Five seconds for what is open, five for the flush, and some for a busy machine.
pub(crate) const END_WITHIN: Duration = Duration::from_secs(15);

/// The traced services, the caller before those that it calls.
pub(crate) const TRACED: [&str; 5] = [
    "api-gateway",
    "orchestrator-service",
    "data-router",
    "llm-service",
    "document-service",
];

/// Variables of an environment.
pub(crate) type Settings<'a> = &'a [(&'a str, &'a str)];

/// A service that runs.
pub(crate) struct Service {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

/// A service that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) name: String,
    pub(crate) status: ExitStatus,
    pub(crate) account: Account,
    pub(crate) stderr: Vec<String>,
    /// Counted from when it was asked to end, or began to be waited for.
    pub(crate) took: Duration,
}

/// What became of every span that ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(crate) struct Account {
    pub(crate) ended: u64,
    pub(crate) discarded: u64,
    pub(crate) dropped: u64,
    pub(crate) acknowledged: u64,
    pub(crate) rejected: u64,
    pub(crate) failed: u64,
    pub(crate) in_doubt: u64,
}

#[derive(Deserialize)]
struct Listening {
    listening: SocketAddr,
}

#[derive(Deserialize)]
struct LastLine {
    account: Account,
}

/// All services and the model server.
pub(crate) struct Platform {
    /// In the order of [`TRACED`], then the model server.
    services: Vec<Service>,
    _folder: TempDir,
}

impl Service {
    pub(crate) fn start(name: &str, settings: &[Settings<'_>]) -> Self {
        let mut command = request_flow(&["service", name, "--attached"]);
        command.envs(
            settings
                .iter()
                .flat_map(|settings| settings.iter().copied()),
        );
        Self::listening(Child::start(name, command))
    }

    /// A service in its process, as soon as it says where it listens.
    pub(crate) fn listening(child: Child) -> Self {
        let address = child.stdout.wait_for(READY_WITHIN, |line| {
            serde_json::from_str(line)
                .ok()
                .map(|line: Listening| line.listening)
        });
        Self {
            address: address.unwrap_or_else(|| panic!("{} does not listen; {child}", child.name)),
            child,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(self) -> Ended {
        self.child.signal(Signal::TERM);
        self.ended(END_WITHIN)
    }

    /// Waits until it has ended.
    pub(crate) fn ended(mut self, deadline: Duration) -> Ended {
        let start = Instant::now();
        let status = self.child.wait(deadline);
        let took = start.elapsed();
        let account = self.account();
        Ended {
            name: self.child.name.clone(),
            status,
            account,
            stderr: self.child.stderr.all(),
            took,
        }
    }

    fn account(&self) -> Account {
        let lines = self.child.stdout.all();
        let last = lines.last().map_or("", String::as_str);
        match serde_json::from_str::<LastLine>(last) {
            Ok(last) => last.account,
            Err(error) => panic!("no account ({error}); {}", self.child),
        }
    }
}

impl Ended {
    /// Whether it ended as a service does that was asked to: its main returned, or it says which signal ended it.
    pub(crate) fn ended_as_asked(&self) -> bool {
        matches!(self.status.code(), Some(0 | 143))
    }
}

impl Account {
    /// The law of `stats()`: every span that ended is somewhere.
    pub(crate) fn balances(&self) -> bool {
        let Self {
            ended,
            discarded,
            dropped,
            acknowledged,
            rejected,
            failed,
            in_doubt,
        } = self;
        *ended == discarded + dropped + acknowledged + rejected + failed + in_doubt
    }

    /// Whether all that ended has arrived.
    pub(crate) fn all_arrived(&self) -> bool {
        self.balances() && self.ended == self.acknowledged
    }
}

impl Platform {
    /// Starts all services with these settings for their telemetry.
    pub(crate) fn start(telemetry: Settings<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("documents.db").display().to_string();
        let model = Service::start("model-server", &[]);
        let documents = Service::start(
            "document-service",
            &[telemetry, &[("DATABASE_PATH", &database)]],
        );
        let llm = Service::start("llm-service", &[telemetry, &[("LLM_URL", &model.url())]]);
        let documents_url = [("DOCUMENT_SERVICE_URL", &*documents.url())];
        let router = Service::start("data-router", &[telemetry, &documents_url]);
        let upstream = [
            ("DATA_ROUTER_URL", &*router.url()),
            ("LLM_SERVICE_URL", &*llm.url()),
        ];
        let orchestrator = Service::start("orchestrator-service", &[telemetry, &upstream]);
        let upstream = [("ORCHESTRATOR_URL", &*orchestrator.url())];
        let gateway = Service::start("api-gateway", &[telemetry, &upstream]);
        Self {
            services: vec![gateway, orchestrator, router, llm, documents, model],
            _folder: folder,
        }
    }

    pub(crate) fn gateway(&self) -> SocketAddr {
        self.service("api-gateway").address
    }

    pub(crate) fn service(&self, name: &str) -> &Service {
        let service = self
            .services
            .iter()
            .find(|service| service.child.name == name);
        service.unwrap_or_else(|| panic!("{name} does not run"))
    }

    /// Takes one service out, to see how it ends while the others run.
    pub(crate) fn take(&mut self, name: &str) -> Service {
        let index = self
            .services
            .iter()
            .position(|service| service.child.name == name);
        self.services.remove(index.expect("it runs"))
    }

    /// The traced services.
    pub(crate) fn traced(&self) -> impl Iterator<Item = &Service> {
        TRACED.into_iter().map(|name| self.service(name))
    }

    /// Stops the traced services, each after those that call it, and says how they ended.
    pub(crate) fn stop(mut self) -> Vec<Ended> {
        TRACED.map(|name| self.take(name).stop()).into()
    }
}

/// Settings that send spans over OTLP/gRPC to `collector`, each batch after `delay` milliseconds.
pub(crate) fn otlp<'a>(collector: &'a str, delay: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
        ("OTEL_BSP_SCHEDULE_DELAY", delay),
    ]
}
