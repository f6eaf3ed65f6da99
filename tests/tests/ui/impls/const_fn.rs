use phoenix_trace::traced_operation;

struct Service {
    name: String,
}

#[traced_operation]
impl Service {
    const fn load(&self) -> usize {
        1
    }
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
