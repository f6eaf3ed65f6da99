use phoenix_trace::traced_operation;

struct Service {
    name: String,
}

#[traced_operation]
impl Service {
    #[traced_operation]
    #[traced_operation(root)]
    fn load(&self) {}
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
