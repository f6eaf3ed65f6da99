struct Failed;

fn config() -> Result<phoenix_trace::Config, Failed> {
    Err(Failed)
}

#[phoenix_trace::phoenix_main(config = config)]
async fn main() {}
