//! What a recorded span costs, beside the stacks that others use.
//!
//! ```text
//! cargo bench -p phoenix-trace-benches --bench recording [-- --rounds N --filter TEXT --json --smoke]
//! ```
//!
//! Each stack runs in a process of its own, all stacks in turn, for several rounds; the table gives medians. A budget that
//! is missed is said and does not fail the run: this measures.

mod args;
mod calibrate;
mod child;
mod plan;
mod receiver;
mod report;
mod rounds;
mod stacks;

use std::process::ExitCode;

use args::Role;

fn main() -> ExitCode {
    let done = match args::role(std::env::args().skip(1)) {
        Ok(Role::Compare(options)) => compare(&options),
        Ok(Role::Child(task)) => child::run(&task),
        Ok(Role::Receiver) => receiver::run(),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("recording: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &args::Options) -> Result<(), String> {
    let rows = plan::rows(options.filter.as_deref());
    if rows.is_empty() {
        return Err("no row's name contains the filter's text".to_owned());
    }
    let measured = rounds::measure(&plan::tasks(&rows), options)?;
    let results = report::evaluate(&rows, &measured);
    if options.json {
        report::print_json(&results);
    } else {
        report::print_table(&results, &measured);
    }
    if options.smoke {
        report::check(&results, &measured)?;
    }
    Ok(())
}
