use phoenix_trace::traced_operation;

#[traced_operation]
mod inner {}

fn main() {}
