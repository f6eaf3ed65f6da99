//! What annotations cost at build time, beside the stacks that others use.
//!
//! ```text
//! cargo bench -p phoenix-trace-benches --bench compile_cost [-- --rounds N --functions N --flat --json --smoke]
//! ```
//!
//! The same crate is generated plain and with each stack's annotation on every function, and built in release, all in turn,
//! for several rounds; the table gives medians. A budget that is missed is said and does not fail the run: this measures.

mod args;
mod build;
mod future;
mod report;
mod rounds;
mod source;
mod text;
mod workspace;

use std::process::ExitCode;

use args::Options;

fn main() -> ExitCode {
    match args::options(std::env::args().skip(1)).and_then(|options| compare(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("compile_cost: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> Result<(), String> {
    let measured = rounds::measure(options)?;
    let rows = report::evaluate(&measured, options.functions);
    if options.json {
        report::print_json(&rows);
    } else {
        report::print_table(&rows, &measured, options);
    }
    if options.smoke {
        report::check(&rows)?;
    }
    Ok(())
}
