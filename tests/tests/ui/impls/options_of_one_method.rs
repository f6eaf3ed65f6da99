use phoenix_trace::{current_span, traced_operation};

struct Service {
    name: String,
}

#[traced_operation(name = "service", ret, parent = current_span(), skip)]
impl Service {
    fn load(&self) {}
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
