use phoenix_trace::traced_operation;

#[traced_operation(rpc = "GetURL")]
fn load() {}

fn main() {
    load();
}
