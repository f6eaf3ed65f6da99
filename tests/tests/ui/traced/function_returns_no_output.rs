use phoenix_trace::with_traced_operation;

struct Opaque;

fn main() {
    with_traced_operation("load", (), || Opaque);
}
