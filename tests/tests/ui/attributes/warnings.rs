//! What warns rather than fails; it is denied here to be seen.

#![deny(deprecated)]

use phoenix_trace::{event, traced_operation};

#[traced_operation(attributes("http.request.method" = "get", "rpc.message.id" = 1))]
fn annotated() {
    event!("read", "network.transport" = "carrier pigeon", "cpython.gc.generation" = 3);
}

fn main() {
    annotated();
}
