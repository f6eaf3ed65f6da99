//! What the suites share: processes that are watched and never left behind, the platform started from them, and a client
//! that sends exactly the bytes that it is told to.

pub(crate) mod child;
pub(crate) mod client;
pub(crate) mod launcher;
pub(crate) mod lines;
pub(crate) mod platform;
pub(crate) mod port;

use std::process::Command;

/// The program under test, with nothing in its environment.
pub(crate) fn request_flow(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_request-flow"));
    command.args(arguments).env_clear();
    command
}
