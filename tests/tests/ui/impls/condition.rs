use phoenix_trace::traced_operation;

struct Service;

#[traced_operation]
impl Service {
    #[cfg_attr(unix, traced_operation(skip))]
    fn load(&self) {}
}

fn main() {
    Service.load();
}
