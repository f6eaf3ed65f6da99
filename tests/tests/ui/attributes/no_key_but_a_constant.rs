use phoenix_trace::traced_operation;

const LIMIT: u8 = 3;

#[traced_operation(attributes(LIMIT = 3))]
fn load() {}

fn main() {
    load();
}
