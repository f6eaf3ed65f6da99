//! What a panic tells, and that code of the user's which panics while it is asked for a value harms nothing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use phoenix_trace::testing::Capture;
use phoenix_trace::{event, record, traced, traced_operation, with_traced_operation};

use super::attributes;

#[traced_operation]
fn resumes() -> u8 {
    resume_unwind(Box::new("the second"))
}

#[traced_operation]
fn panics() -> u8 {
    panic!("the second")
}

#[traced_operation]
fn catches_one(then: fn() -> u8) -> u8 {
    let caught = catch_unwind(|| panic!("the first"));
    drop(caught);
    then()
}

#[traced_operation]
async fn resumes_later() -> u8 {
    tokio::task::yield_now().await;
    resumes()
}

#[tokio::test]
async fn a_panic_tells_its_own_message() {
    let capture = Capture::new();
    for then in [resumes, panics] {
        let caught = capture.run(|| catch_unwind(AssertUnwindSafe(|| catches_one(then))));
        assert!(caught.is_err());
    }
    let other = tokio::spawn(async { panic!("of another task") }).await;
    assert!(other.is_err());
    let caught = tokio::spawn(capture.future(resumes_later())).await;
    assert!(caught.is_err());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 2 spans · 2 errors · kept: head, error
catches_one · ✗ panic · ◆ exception
└╴resumes · ✗ panic · ◆ exception

trace · test · 2 spans · 2 errors · kept: head, error
catches_one · ✗ panic: the second
└╴panics · ✗ panic: the second

trace · test · 2 spans · 2 errors · kept: head, error
resumes_later · ✗ panic · ◆ exception
└╴resumes · ✗ panic · ◆ exception
"
    );
}

fn fails() -> &'static str {
    panic!("told to")
}

#[traced_operation(attributes("user.id" = user, "user.name" = fails(), "server.port" = 80))]
fn annotated(user: &str) -> Result<usize, u8> {
    record!("db.namespace" = "kept", "user.email" = fails());
    event!("seen", "user.email" = fails());
    Ok(user.len())
}

#[traced_operation(attributes("user.id" = user, "user.name" = %fails()))]
async fn annotated_async(user: &str) -> usize {
    user.len()
}

#[tokio::test]
async fn an_expression_that_panics_is_left_out() {
    let capture = Capture::new();
    assert_eq!(capture.run(|| annotated("me")), Ok(2));
    assert_eq!(capture.future(annotated_async("me")).await, 2);
    capture.run(|| traced!("traced", "user.id" = "me", "user.name" = fails(), ()));
    assert_eq!(
        attributes(&capture, "annotated"),
        "db.namespace=kept server.port=80 user.id=me"
    );
    assert_eq!(attributes(&capture, "annotated_async"), "user.id=me");
    assert_eq!(attributes(&capture, "traced"), "user.id=me");
    let spans = capture.exported();
    assert!(
        spans
            .iter()
            .all(|span| !matches!(span.status, opentelemetry::trace::Status::Error { .. }))
    );
    let events: usize = spans.iter().map(|span| span.events.events.len()).sum();
    assert_eq!(events, 1, "the event stays");
}

struct Temporary(Cell<u8>);

impl Temporary {
    fn name(&self) -> &str {
        self.0.set(self.0.get() + 1);
        "lent"
    }
}

#[traced_operation(attributes("user.id" = Temporary(Cell::new(0)).name(), "user.name" = items.pop()))]
fn borrows(mut items: Vec<String>) -> usize {
    items.push(String::new());
    items.len()
}

#[test]
fn values_may_borrow_what_lives_no_longer_than_they() {
    let capture = Capture::new();
    capture.run(|| borrows(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(attributes(&capture, "borrows"), "user.id=lent user.name=b");
}

struct Nameless;

impl AsRef<str> for Nameless {
    fn as_ref(&self) -> &str {
        panic!("told to")
    }
}

#[test]
fn a_name_that_panics_harms_nothing() {
    let capture = Capture::new();
    let returned = capture.run(|| traced!(Nameless, 7) + with_traced_operation(Nameless, (), || 1));
    assert_eq!(returned, 8);
    assert_eq!(capture.exported().len(), 2);
}
