use phoenix_trace::traced_operation;

#[traced_operation(name = format!("load {}", 7))]
fn load() {}

fn main() {
    load();
}
