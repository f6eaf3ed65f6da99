use phoenix_trace::traced_operation;

#[traced_operation(link)]
fn load() {}

fn main() {
    load();
}
