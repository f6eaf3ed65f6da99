use phoenix_trace::{current_span, traced_operation};

#[traced_operation(root, parent = current_span())]
fn both() {}

#[traced_operation(root = true)]
fn assigned() {}

#[traced_operation(parent, link, skip_if)]
fn without_values() {}

#[traced_operation(parent = message.sender()?, skip_if = is_quiet().await)]
async fn leaves(message: Message) -> Option<()> {
    let _ = message;
    None
}

struct Message;

impl Message {
    fn sender(&self) -> Option<phoenix_trace::SpanHandle> {
        None
    }
}

async fn is_quiet() -> bool {
    true
}

fn main() {
    both();
    assigned();
    without_values();
    drop(leaves(Message));
    let _ = (Message.sender(), is_quiet());
}
