//! A collector that is down for an hour, at full load: what the service pays, and what happens when it is back.
//!
//! ```text
//! cargo bench -p phoenix-trace-benches --bench outage [-- --minutes N --threads N --smoke]
//! ```
//!
//! The load runs in a process of its own, so that its memory and its standard error are those of a traced service and
//! nothing else. A promise that is broken fails the run.

mod args;
mod collector;
mod load;
mod service;
mod verdict;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use args::{Options, Role};
use collector::Collector;
use service::Service;
use verdict::Outage;

/// How long the service goes on after the collector is back.
const AFTERWARDS: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let done = match args::role(std::env::args().skip(1)) {
        Ok(Role::Outage(options)) => outage(&options).map(|outage| outage.report()),
        Ok(Role::Load(load)) => load::run(&load).map(|()| true),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("outage: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn outage(options: &Options) -> Result<Outage, String> {
    let address = collector::free_address()?;
    println!(
        "{} thread(s) record and keep everything; nothing listens at {address} for {:?}",
        options.threads, options.down
    );
    let mut service = Service::start(address, options.threads)?;
    let sample = Duration::from_secs(1).min(options.down / 10);
    let mut minutes = 0;
    while service.runs_for() < options.down {
        std::thread::sleep(sample.min(options.down.saturating_sub(service.runs_for())));
        service.measure()?;
        let minute = service.runs_for().as_secs() / 60;
        if minute > minutes {
            minutes = minute;
            println!("{}", service.so_far());
        }
    }
    let down = service.runs_for();
    let lines_while_down = service.lines().len();

    let back = Instant::now();
    let collector = Collector::start(address)?;
    let afterwards = AFTERWARDS.min(options.down.max(Duration::from_secs(3)));
    while back.elapsed() < afterwards || (!collector.has_taken() && back.elapsed() < AFTERWARDS) {
        std::thread::sleep(sample);
        service.measure()?;
    }
    let (memory, lines, account) = service.end()?;
    Ok(Outage {
        down,
        memory,
        lines_while_down: lines.iter().take(lines_while_down).cloned().collect(),
        lines_after: lines.into_iter().skip(lines_while_down).collect(),
        taken: collector.taken(),
        back,
        account,
    })
}
