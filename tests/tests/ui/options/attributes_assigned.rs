use phoenix_trace::traced_operation;

#[traced_operation(attributes = "x")]
fn load() {}

fn main() {
    load();
}
