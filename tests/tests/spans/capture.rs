//! `capture`: arguments under keys.

use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, traced_operation};

use super::attributes;

attribute_keys! {
    mod keys {
        TASK_ID: "phoenix.task.id" => int,
        DEPTH: "phoenix.queue.depth" => int,
    }
}

struct Queue;

impl Queue {
    #[traced_operation(capture(task_id: keys::TASK_ID, %user: "user.id"), attributes("service.name" = "queue"))]
    fn push(&self, task_id: u64, user: std::net::Ipv4Addr) {}

    #[traced_operation(capture(depth: keys::DEPTH, ?names: "db.namespace"))]
    async fn drain(self, (depth, names): (usize, Vec<String>)) -> usize {
        drop(names);
        depth
    }
}

#[tokio::test]
async fn arguments_are_recorded_under_their_keys() {
    let capture = Capture::new();
    capture.run(|| Queue.push(7, std::net::Ipv4Addr::LOCALHOST));
    capture.future(Queue.drain((3, vec!["a".to_owned()]))).await;
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
push · phoenix.task.id=7

trace · test · 1 span · kept: head
drain · phoenix.queue.depth=3
"
    );
    assert_eq!(
        attributes(&capture, "push"),
        "phoenix.task.id=7 service.name=queue user.id=127.0.0.1"
    );
    assert_eq!(
        attributes(&capture, "drain"),
        "db.namespace=[\"a\"] phoenix.queue.depth=3"
    );
}
