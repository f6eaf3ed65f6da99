use phoenix_trace::traced_operation;

fn some_name() -> &'static str {
    "load"
}

#[traced_operation(name = some_name())]
fn load() {}

fn main() {
    load();
}
