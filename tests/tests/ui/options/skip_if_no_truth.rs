use phoenix_trace::traced_operation;

#[traced_operation(skip_if = depth)]
fn load(depth: u8) {}

fn main() {
    load(1);
}
