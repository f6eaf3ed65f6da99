use phoenix_trace::traced_operation;

#[traced_operation(parent = message)]
fn load(message: u64) {}

fn main() {
    load(1);
}
