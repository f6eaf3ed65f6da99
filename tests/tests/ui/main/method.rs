struct Service;

impl Service {
    #[phoenix_trace::phoenix_main]
    async fn main(&self) {}
}

fn main() {}
