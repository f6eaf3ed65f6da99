#[phoenix_trace::phoenix_main]
async fn main(arguments: Vec<String>) {
    drop(arguments);
}
