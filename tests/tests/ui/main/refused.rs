use phoenix_trace::phoenix_main;

mod runtime {
    #[phoenix_trace::phoenix_main]
    #[tokio::main]
    async fn main() {}
}

mod named {
    #[phoenix_trace::phoenix_main]
    async fn run(_argument: u8) {}
}

mod options {
    #[phoenix_trace::phoenix_main(servce = "x", flavor = "single", worker_threads = 0)]
    async fn main() {}
}

mod conflicts {
    #[phoenix_trace::phoenix_main(service = 7, version = "", flavor = "current_thread", worker_threads = 2)]
    async fn main() {}
}

mod sync {
    #[phoenix_trace::phoenix_main(flavor = "current_thread")]
    fn main() {}
}

mod item {
    #[phoenix_trace::phoenix_main]
    struct Main;
}

#[phoenix_main(service)]
fn main() {}
