#[phoenix_trace::phoenix_main(flavor = "current_thread")]
fn main() {}
