use phoenix_trace::traced_operation;

struct Opaque;

#[traced_operation(ret(?))]
async fn load() -> Result<Opaque, u8> {
    Ok(Opaque)
}

fn main() {
    drop(load());
}
