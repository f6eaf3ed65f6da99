#[phoenix_trace::phoenix_main]
const fn main() {}
