use phoenix_trace::traced_operation;

#[traced_operation(root = true)]
fn load() {}

fn main() {
    load();
}
