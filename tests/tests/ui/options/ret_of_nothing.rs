use phoenix_trace::traced_operation;

#[traced_operation(ret)]
fn load() {}

fn main() {
    load();
}
