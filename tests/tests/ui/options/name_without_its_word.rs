use phoenix_trace::traced_operation;

#[traced_operation("load user")]
fn load() {}

fn main() {
    load();
}
