use phoenix_trace::traced_operation;

#[traced_operation(name)]
fn load() {}

fn main() {
    load();
}
