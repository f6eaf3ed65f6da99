use phoenix_trace::traced_operation;

#[traced_operation(attributes(%name))]
fn annotated(name: &str) { let _ = name; }

fn main() {}
