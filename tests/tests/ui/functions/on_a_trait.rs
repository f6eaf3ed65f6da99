use phoenix_trace::traced_operation;

#[traced_operation]
trait Work {
    fn work(&self) {}
}

impl Work for u8 {}

fn main() {
    1.work();
}
