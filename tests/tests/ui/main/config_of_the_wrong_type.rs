fn settings() -> u8 {
    7
}

#[phoenix_trace::phoenix_main(config = settings)]
async fn main() {}
