use phoenix_trace::traced_operation;

#[traced_operation(crate = "phoenix_trace")]
fn load() {}

fn main() {
    load();
}
