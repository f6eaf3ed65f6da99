//! The platform's processes together: started each after those that it calls, stopped in the opposite order.

use std::collections::BTreeMap;
use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;

use super::account::Account;
use super::process::{ServiceError, ServiceProcess};
use crate::cli::{Environment, ServiceName};

/// How long a span waits, in milliseconds, for others to be sent with.
const EXPORT_DELAY: &str = "100";

pub(crate) struct Platform {
    /// In the order of their start.
    processes: Vec<ServiceProcess>,
    folder: TempDir,
}

/// What the services are started with.
pub(crate) struct Settings<'a> {
    pub(crate) environment: Environment,
    /// Where they send their spans, by OTLP over gRPC.
    pub(crate) collector: &'a str,
    pub(crate) gateway_port: u16,
    /// An OpenAI-compatible server instead of our own.
    pub(crate) llm_url: Option<String>,
}

/// What was left when the processes had ended.
#[derive(Default)]
pub(crate) struct Stopped {
    pub(crate) accounts: BTreeMap<ServiceName, Account>,
    pub(crate) errors: Vec<ServiceError>,
}

impl Platform {
    /// Starts all services; each is ready when this returns. If one fails, those already started are stopped.
    pub(crate) async fn start(
        settings: &Settings<'_>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut platform = Self {
            processes: Vec::new(),
            folder: tempfile::Builder::new().prefix("request-flow-").tempdir()?,
        };
        match platform.start_all(settings).await {
            Ok(()) => Ok(platform),
            Err(error) => {
                platform.stop().await;
                Err(error.into())
            }
        }
    }

    /// Where the gateway listens.
    pub(crate) fn gateway(&self) -> Option<SocketAddr> {
        self.address(ServiceName::ApiGateway)
    }

    /// The document service's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("documents.db")
    }

    /// Resolves when any of the processes ends by itself.
    pub(crate) async fn died(&self) -> ServiceError {
        let mut deaths: Vec<_> = self
            .processes
            .iter()
            .map(|process| Box::pin(process.died()))
            .collect();
        std::future::poll_fn(|context| {
            for death in &mut deaths {
                if let std::task::Poll::Ready(error) = death.as_mut().poll(context) {
                    return std::task::Poll::Ready(error);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }

    /// Stops each process when those that call it have ended.
    pub(crate) async fn stop(self) -> Stopped {
        let mut stopped = Stopped::default();
        for process in self.processes.into_iter().rev() {
            let name = process.name;
            match process.stop().await {
                Ok(account) => stopped
                    .accounts
                    .extend(account.map(|account| (name, account))),
                Err(error) => stopped.errors.push(error),
            }
        }
        stopped
    }

    async fn start_all(&mut self, settings: &Settings<'_>) -> Result<(), ServiceError> {
        if settings.llm_url.is_none() {
            self.start_one(ServiceName::ModelServer, settings, &[])
                .await?;
        }
        let llm = settings
            .llm_url
            .clone()
            .unwrap_or_else(|| self.url(ServiceName::ModelServer));
        let database = self.database().display().to_string();
        self.start_one(
            ServiceName::DocumentService,
            settings,
            &[("DATABASE_PATH", database)],
        )
        .await?;
        self.start_one(ServiceName::LlmService, settings, &[("LLM_URL", llm)])
            .await?;
        let documents = self.url(ServiceName::DocumentService);
        self.start_one(
            ServiceName::DataRouter,
            settings,
            &[("DOCUMENT_SERVICE_URL", documents)],
        )
        .await?;
        let router = self.url(ServiceName::DataRouter);
        let llm = self.url(ServiceName::LlmService);
        let upstream = [("DATA_ROUTER_URL", router), ("LLM_SERVICE_URL", llm)];
        self.start_one(ServiceName::OrchestratorService, settings, &upstream)
            .await?;
        let upstream = [
            (
                "ORCHESTRATOR_URL",
                self.url(ServiceName::OrchestratorService),
            ),
            (
                "LISTEN_ADDR",
                format!("127.0.0.1:{}", settings.gateway_port),
            ),
        ];
        self.start_one(ServiceName::ApiGateway, settings, &upstream)
            .await
    }

    async fn start_one(
        &mut self,
        name: ServiceName,
        settings: &Settings<'_>,
        own: &[(&str, String)],
    ) -> Result<(), ServiceError> {
        // What went wrong is shown; `RUST_LOG=info` shows what every service does.
        let levels = env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
        let telemetry = [
            ("RUST_LOG", levels.as_str()),
            ("ENVIRONMENT", settings.environment.as_str()),
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", settings.collector),
            ("OTEL_BSP_SCHEDULE_DELAY", EXPORT_DELAY),
        ];
        let variables: Vec<(String, String)> = telemetry
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .chain(
                own.iter()
                    .map(|(key, value)| ((*key).to_owned(), value.clone())),
            )
            .collect();
        let process = ServiceProcess::start(name, &variables).await?;
        self.processes.push(process);
        Ok(())
    }

    fn url(&self, name: ServiceName) -> String {
        let address = self.address(name);
        address.map_or_else(String::new, |address| format!("http://{address}"))
    }

    fn address(&self, name: ServiceName) -> Option<SocketAddr> {
        let process = self.processes.iter().find(|process| process.name == name);
        process.map(|process| process.address)
    }
}
