#[phoenix_trace::phoenix_main]
unsafe fn main() {}
