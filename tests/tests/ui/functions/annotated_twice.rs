use phoenix_trace::traced_operation;

#[traced_operation(name = "load user")]
#[traced_operation(kind = client)]
fn load() {}

fn main() {
    load();
}
