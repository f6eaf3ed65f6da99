//! Whole waterfalls compared with what they should look like.

mod hostile;
mod platform;
mod reading;

use opentelemetry::trace::{SpanKind, Status, TraceId};

use super::*;
use platform::{request, span};

/// Compares a printed waterfall with the file `expected/NAME.txt`, character by character.
///
/// With `UPDATE_EXPECTED=1` in the environment the file is written instead, to be read and committed.
#[track_caller]
fn check(name: &str, printed: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/waterfall/tests/expected");
    let file = format!("{folder}/{name}.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, printed).expect("the file is written");
    }
    let expected = std::fs::read_to_string(&file).expect("the file exists");
    assert!(printed == expected, "{name} is now:\n{printed}");
}
