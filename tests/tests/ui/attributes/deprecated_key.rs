#![allow(unused)]

use phoenix_trace::traced_operation;

struct Request {
    method: String,
}

#[traced_operation(attributes("http.method" = %request.method))]
fn annotated(request: &Request) {}

fn main() {}
