#![deny(deprecated)] // It is a warning, denied here to be seen.
#![allow(unused)]

use phoenix_trace::traced_operation;

#[traced_operation(attributes("rpc.message.id" = 1))]
fn annotated() {}

fn main() {}
