struct Service;

impl Service {
    #[phoenix_trace::phoenix_test]
    fn works(&self) {}
}

fn main() {
    Service.works();
}
