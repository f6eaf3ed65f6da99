use phoenix_trace::traced_operation;

#[traced_operation(kind = SpanKind::Client)]
fn load() {}

fn main() {
    load();
}
