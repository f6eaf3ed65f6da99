use phoenix_trace::phoenix_main;

#[phoenix_main]
async fn main() -> Result<(), String> {
    Ok(1)
}
