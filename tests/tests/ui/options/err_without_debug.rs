use phoenix_trace::traced_operation;

struct Opaque;

#[traced_operation(err(?))]
fn load() -> Result<(), Opaque> {
    Err(Opaque)
}

fn main() {
    let _ = load();
}
