use phoenix_trace::traced_operation;

#[traced_operation(capture)]
fn load(id: u8) {}

fn main() {
    load(1);
}
