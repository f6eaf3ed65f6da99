use phoenix_trace::traced_operation;

struct Queue;

impl Queue {
    #[traced_operation(capture(self: "user.id"))]
    fn load(&self) {}
}

fn main() {
    Queue.load();
}
