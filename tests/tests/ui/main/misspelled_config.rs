fn config() -> phoenix_trace::Config {
    phoenix_trace::Config::from_env()
}

#[phoenix_trace::phoenix_main(config = confg)]
async fn main() {}
