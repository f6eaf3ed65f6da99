//! `request-flow`: starts the platform's five services as processes, sends requests through them, and shows each request
//! as one trace. The same program is also each of those processes, when it is started as `request-flow service NAME`.

mod cli;
mod flow;
mod host;
mod rpc;
mod services;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Service { name, attached }) => host::run(name, attached),
        Some(Command::Health { name, address }) => flow::health::run(name, address),
        None => flow::run(cli.options),
    }
}
