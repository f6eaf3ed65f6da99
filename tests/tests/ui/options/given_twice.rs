use phoenix_trace::traced_operation;

#[traced_operation(name = "a", kind = client, name = "b", attributes(), attributes())]
fn load() {}

fn main() {
    load();
}
