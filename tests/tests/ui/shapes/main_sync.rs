//! `main` without a runtime.

#![deny(warnings)]

use phoenix_trace::phoenix_main;

#[phoenix_main]
fn main() {
    #![expect(clippy::needless_return, reason = "inner attributes stay")]
    return;
}
