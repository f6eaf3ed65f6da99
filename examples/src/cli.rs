//! In: the command line. Out: what to do, checked.

use std::fmt;
use std::net::SocketAddr;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Sends requests through five traced services, and shows each request as one trace.
///
/// Without arguments: a handful of requests that show the cases, each with its trace as a waterfall.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) options: Options,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One service of the platform, as a process or container of its own, until a signal ends it.
    Service {
        name: ServiceName,
        /// End when standard input does, too: whoever started the process holds its other end.
        #[arg(long, hide = true)]
        attached: bool,
    },
    /// Whether a service is ready, as the health check of a container asks: the exit status tells.
    Health {
        name: ServiceName,
        /// Where it listens.
        address: SocketAddr,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Load: send this many requests, then print a table and the checks.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests: Option<u32>,

    /// How many requests are under way at once.
    #[arg(long, value_name = "C", default_value = "4", requires = "requests", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) concurrency: u32,

    /// Print the result as one JSON object on stdout.
    #[arg(long, requires = "requests")]
    pub(crate) json: bool,

    /// Ask one question of your own.
    #[arg(long, value_name = "QUESTION", conflicts_with_all = ["requests", "serve"])]
    pub(crate) ask: Option<String>,

    /// Keep running, and show each request's trace as it arrives, until Ctrl-C.
    #[arg(long, conflicts_with = "requests")]
    pub(crate) serve: bool,

    /// The gateway's port; any free one by default.
    #[arg(
        long,
        value_name = "PORT",
        default_value = "0",
        hide_default_value = true,
        requires = "serve"
    )]
    pub(crate) port: u16,

    /// Send all spans, metrics and logs to this OTLP/gRPC collector as well, such as http://127.0.0.1:4317.
    #[arg(long, value_name = "URL", value_parser = collector_url)]
    pub(crate) otlp: Option<String>,

    /// Try the exporters, step by step: the collector of `--otlp`, or what the environment says. Starts nothing.
    #[arg(long, conflicts_with_all = ["requests", "serve", "ask", "stable"])]
    pub(crate) check: bool,

    /// Whose sampling rates the services use.
    #[arg(long, value_enum, default_value_t = Environment::Development)]
    pub(crate) environment: Environment,

    /// Print traces without ids, times and bars, so that two runs can be compared.
    #[arg(long, conflicts_with = "requests")]
    pub(crate) stable: bool,
}

/// The processes of the platform, each started after those that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ServiceName {
    ModelServer,
    DocumentService,
    LlmService,
    DataRouter,
    OrchestratorService,
    ApiGateway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Environment {
    /// Everything is kept.
    Development,
    /// Everything is kept.
    Staging,
    /// Orchestrator and data router keep all, the LLM service half, others a tenth; errors are always kept.
    Production,
}

impl ServiceName {
    /// The services that are ours; the model server stands for somebody else's.
    pub(crate) const TRACED: [Self; 5] = [
        Self::ApiGateway,
        Self::OrchestratorService,
        Self::DataRouter,
        Self::DocumentService,
        Self::LlmService,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ModelServer => "model-server",
            Self::DocumentService => "document-service",
            Self::LlmService => "llm-service",
            Self::DataRouter => "data-router",
            Self::OrchestratorService => "orchestrator-service",
            Self::ApiGateway => "api-gateway",
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Environment {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Whether every trace is kept, so that a missing parent is always a fault.
    pub(crate) fn keeps_everything(self) -> bool {
        self != Self::Production
    }
}

/// The base URL of a collector, without TLS.
fn collector_url(url: &str) -> Result<String, String> {
    let uri: http::Uri = url.parse().map_err(|error| format!("{error}"))?;
    match (uri.scheme_str(), uri.authority()) {
        (Some("http"), Some(_)) => Ok(url.to_owned()),
        _ => Err("expected a URL such as http://127.0.0.1:4317".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_arguments_show_the_cases() {
        let cli = parse("request-flow").expect("parses");
        assert!(cli.command.is_none() && cli.options.requests.is_none());
        assert_eq!(cli.options.environment, Environment::Development);
    }

    #[test]
    fn load_takes_its_numbers() {
        let options = parse("request-flow --requests 500 --concurrency 16 --json")
            .expect("parses")
            .options;
        assert_eq!(
            (options.requests, options.concurrency, options.json),
            (Some(500), 16, true)
        );
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for line in [
            "--requests 0",
            "--requests 5 --serve",
            "--json",
            "--port 80",
            "--ask a --requests 3",
        ] {
            assert!(parse(&format!("request-flow {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn a_service_is_named_as_its_process_is() {
        for name in ServiceName::value_variants() {
            let cli = parse(&format!("request-flow service {name}")).expect("parses");
            assert!(
                matches!(cli.command, Some(Command::Service { name: parsed, attached: false }) if parsed == *name)
            );
        }
    }
}
