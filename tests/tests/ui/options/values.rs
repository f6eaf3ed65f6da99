use phoenix_trace::traced_operation;

#[traced_operation(name)]
fn no_name() {}

#[traced_operation(name = 7, kind = database)]
fn wrong() {}

#[traced_operation(name = "", kind = "client")]
fn empty() {}

#[traced_operation(name = format!("load {}", 7))]
fn formatted() {}

#[traced_operation(name = some_string())]
fn not_constant() {}

fn some_string() -> &'static str {
    "x"
}

struct Service;

impl Service {
    const SPAN: &'static str = "x";

    #[traced_operation(name = Self::SPAN)]
    fn of_self() {}
}

#[traced_operation(attributes = "x", crate = "phoenix_trace")]
fn lists() {}

fn main() {
    no_name();
    wrong();
    empty();
    formatted();
    not_constant();
    let _ = Service::SPAN;
    Service::of_self();
    lists();
}
