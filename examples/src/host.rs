//! In: the name of a service. Out: that service, run in this process until it is asked to end.
//!
//! Of an attached service the launcher holds the other end of standard input: when that closes, the launcher has gone, and the
//! service ends as it would at SIGTERM. So nothing is left running, however the launcher ended.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::thread;

use rustix::process::{Signal, getpid, kill_process};

use crate::cli::ServiceName;
use crate::flow::account::{Account, Report};
use crate::services::wiring::BoxError;
use crate::services::{
    api_gateway, data_router, document_service, llm_service, model_server, orchestrator,
};

pub(crate) fn run(name: ServiceName, attached: bool) -> ExitCode {
    if attached {
        thread::spawn(end_with_standard_input);
    }
    let result = match name {
        ServiceName::ApiGateway => api_gateway::main(),
        ServiceName::OrchestratorService => orchestrator::main(),
        ServiceName::DataRouter => data_router::main(),
        ServiceName::DocumentService => document_service::main(),
        ServiceName::LlmService => llm_service::main(),
        ServiceName::ModelServer => model_server::main(),
    };
    // The service has flushed: nothing is on its way any more.
    let account = Report::Account(Account::from(phoenix_trace::stats()));
    finish(result.and_then(|()| {
        Ok(writeln!(
            io::stdout(),
            "{}",
            serde_json::to_string(&account)?
        )?)
    }))
}

fn end_with_standard_input() {
    let mut ignored = [0; 64];
    loop {
        match io::stdin().read(&mut ignored) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // It can only fail if this process may not signal itself; then it waits for a signal from elsewhere.
    let _ = kill_process(getpid(), Signal::TERM);
}

fn finish(result: Result<(), BoxError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed already, and there is nowhere else to say it.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
