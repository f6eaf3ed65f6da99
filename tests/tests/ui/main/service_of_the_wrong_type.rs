const SERVICE: u8 = 7;

#[phoenix_trace::phoenix_main(service = SERVICE)]
async fn main() {}
