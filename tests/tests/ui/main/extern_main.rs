#[phoenix_trace::phoenix_main]
extern "C" fn main() {}
