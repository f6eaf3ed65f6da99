use phoenix_trace::traced_operation;

struct Opaque;

#[traced_operation(ret)]
fn load() -> Opaque {
    Opaque
}

fn main() {
    let _ = load();
}
