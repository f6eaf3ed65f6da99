use phoenix_trace::traced_operation;

struct Service {
    name: String,
}

#[traced_operation(attributes("user.idd" = self.name))]
impl Service {
    fn load(&self) {}
    fn store(&self) {
        self.load();
    }
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
