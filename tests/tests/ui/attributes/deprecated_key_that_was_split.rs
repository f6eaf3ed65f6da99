#![allow(unused)]

use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.target" = target))]
fn annotated(target: &str) {}

fn main() {}
