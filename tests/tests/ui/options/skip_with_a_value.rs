use phoenix_trace::traced_operation;

#[traced_operation(skip = true)]
fn load() {}

fn main() {
    load();
}
