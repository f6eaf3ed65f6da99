use phoenix_trace::traced_operation;

#[traced_operation(parent = message)]
fn no_span(message: u64) {}

#[traced_operation(link = senders.first())]
async fn no_spans(senders: &[String]) {}

#[traced_operation(skip_if = depth)]
fn no_condition(depth: u8) {}

fn main() {
    no_span(1);
    drop(no_spans(&[]));
    no_condition(1);
}
