use phoenix_trace::traced_operation;

#[traced_operation(name = 7)]
fn load() {}

fn main() {
    load();
}
