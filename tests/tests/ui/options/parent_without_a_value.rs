use phoenix_trace::traced_operation;

#[traced_operation(parent)]
fn load() {}

fn main() {
    load();
}
