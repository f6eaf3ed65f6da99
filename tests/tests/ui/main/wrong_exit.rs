#[phoenix_trace::phoenix_main]
async fn main() -> u8 {
    7
}
