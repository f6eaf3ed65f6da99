use phoenix_trace::traced_operation;

struct Queue;

impl Queue {
    #[traced_operation(capture)]
    fn bare(&self, id: u8) {}

    #[traced_operation(capture(task_id, %user: "user.id"))]
    fn without_a_key(&self, task_id: u8, user: &str) {}

    #[traced_operation(capture(self: "user.id", users: "user.id", user: "user.idd"))]
    fn unknown(&self, user: &str) {}

    #[traced_operation(capture(user: "user.id"), attributes("user.id" = user))]
    fn twice(&self, user: &str) {}

    #[traced_operation(capture(user: "user.id" = user.trim()))]
    fn assigned(&self, user: &str) {}
}

fn main() {
    Queue.bare(1);
    Queue.without_a_key(1, "");
    Queue.unknown("");
    Queue.twice("");
    Queue.assigned("");
}
