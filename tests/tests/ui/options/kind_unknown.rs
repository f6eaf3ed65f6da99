use phoenix_trace::traced_operation;

#[traced_operation(kind = database)]
fn load() {}

fn main() {
    load();
}
