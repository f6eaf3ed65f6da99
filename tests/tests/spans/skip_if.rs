//! `skip_if`: calls without a span.

use phoenix_trace::{attribute_keys, record, traced_operation};

use super::tree_of;

attribute_keys! {
    mod keys {
        DEPTH: "phoenix.queue.depth" => int,
        SEEN: "phoenix.seen" => int,
    }
}

#[traced_operation]
fn inner() {}

#[traced_operation(skip_if = depth > 2, attributes(keys::DEPTH = depth), ret(keys::SEEN))]
fn walk(depth: u8) -> u8 {
    inner();
    if depth < 4 { walk(depth + 1) } else { depth }
}

#[traced_operation(skip_if = request.quiet, root)]
async fn handle(request: Request) -> Result<(), Request> {
    inner();
    tokio::task::yield_now().await;
    record!(keys::SEEN = 1);
    Err(request)
}

struct Request {
    quiet: bool,
}

#[traced_operation]
async fn outer() {
    walk(1);
    let _ = handle(Request { quiet: true }).await;
    let _ = handle(Request { quiet: false }).await;
}

#[tokio::test]
async fn what_is_skipped_has_no_span() {
    assert_eq!(
        tree_of(outer()).await,
        "\
trace · test · 8 spans · kept: head
outer · phoenix.seen=1
├╴walk · phoenix.queue.depth=1 · phoenix.seen=4
│ ├╴inner
│ └╴walk · phoenix.queue.depth=2 · phoenix.seen=4
│   ├╴inner
│   ├╴inner
│   └╴inner
└╴inner

trace · test · 2 spans · 1 error · kept: head, error
handle · ✗ Request · phoenix.seen=1 · ◆ exception
└╴inner
"
    );
}

#[traced_operation(skip_if = unsure())]
fn asked() {}

fn unsure() -> bool {
    panic!("told to")
}

#[tokio::test]
async fn a_condition_that_panics_skips_nothing() {
    let tree = tree_of(async { asked() }).await;
    assert_eq!(tree, "trace · test · 1 span · kept: head\nasked\n");
}
