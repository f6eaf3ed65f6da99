use phoenix_trace::traced_operation;

#[traced_operation]
struct Service;

fn main() {
    let _ = Service;
}
