#[phoenix_trace::phoenix_main]
async fn run() {}

fn main() {
    drop(run());
}
