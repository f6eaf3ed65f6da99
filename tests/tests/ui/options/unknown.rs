use phoenix_trace::traced_operation;

#[traced_operation(sampled, colour = "red")]
fn load() {}

fn main() {
    load();
}
