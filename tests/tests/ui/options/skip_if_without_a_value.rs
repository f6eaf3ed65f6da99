use phoenix_trace::traced_operation;

#[traced_operation(skip_if)]
fn load() {}

fn main() {
    load();
}
