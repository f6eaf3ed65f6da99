use phoenix_trace::{SpanHandle, traced_operation};

#[traced_operation(parent = sender?)]
async fn load(sender: Option<SpanHandle>) -> Option<()> {
    let _ = sender;
    None
}

fn main() {
    drop(load(None));
}
