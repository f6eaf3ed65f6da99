use phoenix_trace::{record, traced_operation};

struct Opaque;

#[traced_operation(attributes("user.id" = %opaque))]
fn annotated(opaque: Opaque) {
    record!("user.name" = ?opaque);
}

fn main() {
    annotated(Opaque);
}
