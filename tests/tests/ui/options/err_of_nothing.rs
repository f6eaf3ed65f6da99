use phoenix_trace::traced_operation;

#[traced_operation(err = skip)]
fn load() {}

fn main() {
    load();
}
