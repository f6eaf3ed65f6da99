use phoenix_trace::traced_operation;

struct Service;

#[traced_operation]
#[traced_operation(kind = client)]
impl Service {
    #[traced_operation(name = "load user")]
    fn load(&self) {}
}

fn main() {
    Service.load();
}
