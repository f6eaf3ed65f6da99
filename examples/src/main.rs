//! The request-flow platform.
fn main() {}
