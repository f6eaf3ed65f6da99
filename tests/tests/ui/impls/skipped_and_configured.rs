use phoenix_trace::traced_operation;

struct Service {
    name: String,
}

#[traced_operation]
impl Service {
    #[traced_operation(skip, kind = client)]
    fn load(&self) {}
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
