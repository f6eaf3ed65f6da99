//! What warns and compiles all the same: enums of the registry are open, and some deprecated keys have no successor.

use phoenix_trace::{event, keys, record, traced_operation};

#[traced_operation(attributes("http.request.method" = "get", "rpc.message.id" = 1))]
fn annotated() {
    record!("cpython.gc.generation" = 3);
    event!("read", "network.transport" = "carrier pigeon", keys::RPC_MESSAGE_ID = 1);
}

fn main() {
    annotated();
}
