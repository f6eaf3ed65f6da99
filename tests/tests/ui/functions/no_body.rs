use phoenix_trace::traced_operation;

trait Work {
    #[traced_operation]
    fn work(&self);
}

struct Worker;

impl Work for Worker {
    fn work(&self) {}
}

fn main() {
    Worker.work();
}
