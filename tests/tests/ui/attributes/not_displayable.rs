use phoenix_trace::traced_operation;

struct Opaque;

#[traced_operation(attributes("user.id" = %opaque))]
fn annotated(opaque: Opaque) { let _ = opaque; }

fn main() {}
