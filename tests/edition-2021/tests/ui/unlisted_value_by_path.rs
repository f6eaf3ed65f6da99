//! Values outside of the listed ones, under constants: warnings.

#![deny(warnings)]

use phoenix_trace::{keys, record, traced_operation};

#[traced_operation(attributes(phoenix_trace::keys::HTTP_REQUEST_METHOD = "get", keys::DB_SYSTEM_NAME = "postgresql"))]
fn load() {
    record!(keys::DB_SYSTEM_NAME = "postgres");
}

fn main() {
    load();
}
