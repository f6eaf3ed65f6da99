//! What tracing costs a server at its boundary, beside a server without it and beside the layers that others use.
//!
//! ```text
//! cargo bench -p phoenix-trace-benches --bench boundaries [-- --rounds N --json --smoke]
//! ```
//!
//! Each server runs in a process of its own, and so does its client; all servers in turn, for several rounds. A ratio is the
//! median of those of the rounds, since the machine's speed differs less within a round. A budget that is missed is said and
//! does not fail the run: this measures.

mod args;
mod headers;
mod load;
mod report;
mod rounds;
mod server;

use std::process::ExitCode;

use args::Role;

fn main() -> ExitCode {
    let done = match args::role(std::env::args().skip(1)) {
        Ok(Role::Compare(options)) => compare(&options),
        Ok(Role::Serve(server)) => server::run(server),
        Ok(Role::Load(load)) => load::run(load),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("boundaries: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &args::Options) -> Result<(), String> {
    let all = rounds::measure(options)?;
    let rows = report::evaluate(&all);
    if options.json {
        report::print_json(&rows);
    } else {
        report::print_table(&rows, &all);
    }
    report::check(&rows)
}
