//! `root`, `parent` and `link`: where a span starts, and what it is linked to.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use phoenix_trace::sampling::{Intent, LocalRoot, Sample, Sampler};
use phoenix_trace::testing::Capture;
use phoenix_trace::{
    SpanHandle, current_correlation_id, current_span, generate_correlation_id, traced_operation,
    with_correlation_id,
};

use super::tree_of;

#[traced_operation]
fn inner() {}

#[traced_operation(root)]
fn apart() {
    inner();
}

#[traced_operation(root, link = current_span())]
async fn apart_later(n: u8) -> Result<u8, std::num::TryFromIntError> {
    inner();
    tokio::task::yield_now().await;
    inner();
    u8::try_from(u16::from(n) + 255)
}

#[traced_operation]
async fn outer() {
    apart();
    let _ = apart_later(1).await;
    inner();
}

#[tokio::test]
async fn a_root_starts_a_trace_of_its_own() {
    assert_eq!(
        tree_of(outer()).await,
        "\
trace · test · 2 spans · kept: head
outer
└╴inner

trace · test · 2 spans · kept: head
apart
└╴inner

trace · test · 3 spans · 1 error · kept: head, error
apart_later · ✗ TryFromIntError: out of range integral type conversion attempted
├╴inner
└╴inner
"
    );
}

struct Message {
    sender: SpanHandle,
    others: Vec<SpanHandle>,
}

#[traced_operation(parent = message.sender, link = &message.others)]
fn handle(message: Message) {
    drop(message);
    inner();
}

#[traced_operation(parent = message.sender, link = message.others.first())]
async fn handle_later(message: Message) {
    drop(message);
    tokio::task::yield_now().await;
    inner();
}

#[traced_operation]
fn send() -> Message {
    Message {
        sender: current_span(),
        others: vec![current_span(), SpanHandle::default()],
    }
}

#[traced_operation]
async fn consume(message: Message) {
    let others = message.others.clone();
    handle(Message {
        sender: message.sender.clone(),
        others: message.others,
    });
    handle_later(Message {
        sender: message.sender,
        others,
    })
    .await;
}

#[tokio::test]
async fn links_name_the_spans_as_they_were_before() {
    let capture = Capture::new();
    capture
        .future(async {
            outer().await;
            produce_and_consume().await;
        })
        .await;
    let spans = capture.exported();
    let name_of = |id| spans.iter().find(|span| span.span_context.span_id() == id);
    let mut links: Vec<String> = spans
        .iter()
        .flat_map(|span| span.links.links.iter().map(move |link| (span, link)))
        .map(|(span, link)| {
            let to = name_of(link.span_context.span_id());
            let to = to.map_or("nothing", |span| &span.name);
            format!("{} to {to}", span.name)
        })
        .collect();
    links.sort();
    assert_eq!(
        links,
        [
            "apart_later to outer",
            "handle to send",
            "handle_later to send"
        ]
    );
}

#[traced_operation]
async fn produce_and_consume() {
    let message = send();
    consume(message).await;
}

#[tokio::test]
async fn a_parent_is_where_a_span_goes_on() {
    assert_eq!(
        tree_of(produce_and_consume()).await,
        "\
trace · test · 7 spans · kept: head
produce_and_consume
├╴send
│ ├╴handle
│ │ └╴inner
│ └╴handle_later
│   └╴inner
└╴consume
"
    );
}

#[traced_operation(parent = from)]
fn remote(from: Option<SpanContext>) {
    inner();
}

#[traced_operation(parent = &from)]
async fn remote_later(from: SpanContext) {
    inner();
}

#[tokio::test]
async fn a_parent_may_be_in_another_process() {
    let remote_context = SpanContext::new(
        TraceId::from(7_u128),
        SpanId::from(9_u64),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    let capture = Capture::new();
    capture.run(|| {
        remote(Some(remote_context.clone()));
        remote(None);
    });
    capture.future(remote_later(remote_context)).await;
    let spans = capture.exported();
    let mut seen: Vec<String> = spans
        .iter()
        .filter(|span| span.name != "inner")
        .map(|span| {
            let context = &span.span_context;
            format!(
                "{} {} {} {}",
                span.name,
                context.trace_id() == TraceId::from(7_u128),
                span.parent_span_id,
                span.parent_span_is_remote
            )
        })
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "remote false 0000000000000000 false",
            "remote true 0000000000000009 true",
            "remote_later true 0000000000000009 true"
        ]
    );
}

#[traced_operation(root)]
fn correlated() -> Option<phoenix_trace::CorrelationId> {
    current_correlation_id()
}

#[test]
fn the_request_stays_the_same() {
    let id = generate_correlation_id();
    let capture = Capture::new();
    let seen = capture.run(|| with_correlation_id(Some(id.clone()), correlated));
    assert_eq!(seen, Some(id));
}

#[traced_operation(parent = fails(), link = Some(fails()))]
fn unharmed() {}

fn fails() -> SpanHandle {
    unreachable!("told to")
}

#[test]
fn an_option_that_panics_harms_nothing() {
    let capture = Capture::new();
    capture.run(unharmed);
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\nunharmed\n"
    );
}

/// Keeps what is linked to another span.
#[derive(Debug)]
struct Linked;

impl Sample for Linked {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        match root.links().next() {
            Some(_) => Intent::always(),
            None => Intent::never(),
        }
    }
}

#[traced_operation(root, link = current_span())]
fn linked() {}

#[traced_operation(root, link = [current_span()])]
async fn linked_later() {}

#[traced_operation(link = SpanHandle::default())]
async fn linked_to_nothing() {}

#[traced_operation(root)]
async fn unlinked() {
    linked();
    linked_later().await;
}

#[tokio::test]
async fn a_sampler_sees_what_a_root_is_linked_to() {
    let capture = Capture::with_sampler(Sampler::custom(Linked));
    capture
        .future(async {
            unlinked().await;
            linked_to_nothing().await;
        })
        .await;
    let spans = capture.exported();
    let mut names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["linked", "linked_later"]);
}
