use phoenix_trace::{current_span, traced_operation};

#[traced_operation(root, parent = current_span())]
fn load() {}

fn main() {
    load();
}
