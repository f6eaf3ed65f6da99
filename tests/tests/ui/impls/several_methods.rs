use phoenix_trace::traced_operation;

struct Service {
    name: String,
}

#[traced_operation]
impl Service {
    #[traced_operation(nam = "x")]
    fn load(&self) {}

    fn later(&self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

fn main() {
    let service = Service { name: String::new() };
    service.load();
    let _ = service.name;
}
