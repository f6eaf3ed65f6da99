use phoenix_trace::{traced, with_traced_operation};

struct Opaque;

fn main() {
    let port = String::new();
    traced!("port", "server.port" = port, 1);
    traced!(7_u8 + 1, 1);
    with_traced_operation("opaque", (), || Opaque);
    with_traced_operation("opaque", [("key", Opaque)], || 1);
}
