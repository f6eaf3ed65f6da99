use phoenix_trace::traced_operation;

#[traced_operation(name = "a" kind = client)]
fn load() {}

fn main() {
    load();
}
