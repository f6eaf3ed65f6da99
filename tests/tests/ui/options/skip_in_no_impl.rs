use phoenix_trace::traced_operation;

#[traced_operation(skip)]
fn load() {}

fn main() {
    load();
}
