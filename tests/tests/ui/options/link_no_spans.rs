use phoenix_trace::traced_operation;

#[traced_operation(link = senders.first())]
async fn load(senders: &[String]) {}

fn main() {
    drop(load(&[]));
}
