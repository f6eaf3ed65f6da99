use phoenix_trace::traced_operation;

struct Service;

impl Service {
    const SPAN: &'static str = "load";

    #[traced_operation(name = Self::SPAN)]
    fn load() {}
}

fn main() {
    let _ = Service::SPAN;
    Service::load();
}
