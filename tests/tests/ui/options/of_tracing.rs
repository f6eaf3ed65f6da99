//! What `#[tracing::instrument]` has.

use phoenix_trace::traced_operation;

#[traced_operation(level = "info", skip_all, fields("user.id" = user), follows_from = causes)]
fn load(user: &str, causes: &[u8]) {}

fn main() {
    load("", &[]);
}
