//! How processes end, by what arrives when they do: this program runs itself, as one of the programs in `lifecycle/programs.rs`,
//! and kills it. `PHOENIX_TRACE_TEST_RUNS` says how often those under load are killed: 100 times by default.

#[path = "lifecycle/checks.rs"]
mod checks;
#[path = "lifecycle/child.rs"]
mod child;
#[path = "lifecycle/compiled.rs"]
mod compiled;
#[path = "lifecycle/programs.rs"]
mod programs;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(name) if !name.starts_with('-') => programs::run(name),
        _ => {
            checks::all();
            ExitCode::SUCCESS
        }
    }
}
