use phoenix_trace::{event, record, traced_operation};

#[traced_operation(attributes("user.id", %name, "user.name" "x", 7 = 1, "user.email" =, "user.id" = name, "user.id" = name))]
fn annotated(name: &str) {
    let _ = name;
}

fn main() {
    annotated("");
    record!();
    event!("user.id" = 1);
    event!();
    event!("", keys::MISSING = 1);
}
