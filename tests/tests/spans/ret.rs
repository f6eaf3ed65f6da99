//! `ret`: what is recorded of the returned value.

use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, traced_operation};

use super::{attributes, tree_of};

attribute_keys! {
    mod keys {
        NODE: "phoenix.node" => string,
        WORDS: "phoenix.words" => int,
    }
}

#[derive(Debug)]
struct Placement {
    node: String,
    rows: Vec<u8>,
}

fn placement() -> Placement {
    Placement {
        node: "n7".to_owned(),
        rows: vec![1, 2],
    }
}

#[traced_operation(ret)]
fn number() -> u16 {
    7
}

#[traced_operation(ret)]
fn text(fail: bool) -> Result<String, std::fmt::Error> {
    if fail {
        return Err(std::fmt::Error);
    }
    Ok("text".to_owned())
}

#[traced_operation(ret)]
async fn borrowed(text: &str) -> Option<&str> {
    text.strip_prefix('x')
}

#[traced_operation(ret(?))]
fn debugged() -> Result<Placement, u8> {
    Ok(placement())
}

#[traced_operation(ret(%), err = skip)]
async fn displayed(fail: bool) -> Result<u8, u8> {
    if fail { Err(1) } else { Ok(2) }
}

#[traced_operation(ret(
    keys::NODE = |placed| placed.node,
    keys::WORDS = |Placement { rows, .. }| rows.len(),
    "db.namespace" = %|placed| placed.rows.len(),
))]
async fn parts() -> Result<Placement, u8> {
    tokio::task::yield_now().await;
    Ok(placement())
}

#[traced_operation(ret(keys::NODE, keys::WORDS = str::len, "db.namespace" = ?))]
fn keyed() -> &'static str {
    "n8"
}

#[tokio::test]
async fn what_is_returned_is_recorded() {
    let tree = tree_of(async {
        number();
        let _ = (text(false), text(true), debugged(), keyed());
        let _ = (borrowed("xyz").await, borrowed("abc").await);
        let _ = (displayed(false).await, displayed(true).await);
        let _ = parts().await;
    })
    .await;
    assert_eq!(
        tree,
        "\
trace · test · 1 span · kept: head
number · phoenix.operation.return=7

trace · test · 1 span · kept: head
text · phoenix.operation.return=text

trace · test · 1 span · 1 error · kept: head, error
text · ✗ Error: an error occurred when formatting an argument

trace · test · 1 span · kept: head
debugged · phoenix.operation.return=Placement { node: \"n7\", rows: [1, 2] }

trace · test · 1 span · kept: head
keyed · phoenix.node=n8 · phoenix.words=2

trace · test · 1 span · kept: head
borrowed · phoenix.operation.return=yz

trace · test · 1 span · kept: head
borrowed

trace · test · 1 span · kept: head
displayed · phoenix.operation.return=2

trace · test · 1 span · kept: head
displayed

trace · test · 1 span · kept: head
parts · phoenix.node=n7 · phoenix.words=2
"
    );
}

#[tokio::test]
async fn it_keeps_its_type() {
    let capture = Capture::new();
    capture.run(number);
    capture.run(keyed);
    let _ = capture.future(parts()).await;
    let spans = capture.exported();
    let returned = spans.iter().find(|span| span.name == "number");
    let returned = returned.and_then(|span| {
        let mut attributes = span.attributes.iter();
        attributes.find(|attribute| attribute.key.as_str() == "phoenix.operation.return")
    });
    assert_eq!(
        returned.map(|attribute| &attribute.value),
        Some(&opentelemetry::Value::I64(7))
    );
    assert_eq!(
        attributes(&capture, "keyed"),
        "db.namespace=\"n8\" phoenix.node=n8 phoenix.words=2"
    );
    assert_eq!(
        attributes(&capture, "parts"),
        "db.namespace=2 phoenix.node=n7 phoenix.words=2"
    );
}

#[traced_operation(ret(keys::WORDS = |value| 7 / (value - 1), keys::NODE = |_| "kept"))]
fn fails_to_tell() -> u8 {
    1
}

#[test]
fn a_closure_that_panics_harms_nothing() {
    let capture = Capture::new();
    assert_eq!(capture.run(fails_to_tell), 1);
    assert_eq!(attributes(&capture, "fails_to_tell"), "phoenix.node=kept");
}

#[traced_operation(ret(keys::WORDS = |_| never_asked()))]
fn unrecorded() -> u8 {
    1
}

fn never_asked() -> u8 {
    unreachable!("nothing is recorded")
}

#[test]
fn nothing_is_asked_while_nothing_is_recorded() {
    assert_eq!(unrecorded(), 1);
}

#[traced_operation(ret)]
fn wide() -> u128 {
    u128::MAX
}

#[test]
fn numbers_that_do_not_fit_saturate() {
    let capture = Capture::new();
    assert_eq!(capture.run(wide), u128::MAX);
    assert_eq!(
        attributes(&capture, "wide"),
        "phoenix.operation.return=9223372036854775807"
    );
}

#[traced_operation(ret(keys::WORDS = |placed| -> u8 { placed.node[1..].parse().unwrap_or_default() }))]
fn told() -> Placement {
    placement()
}

#[test]
fn a_closure_may_say_what_it_makes() {
    let capture = Capture::new();
    capture.run(told);
    assert_eq!(attributes(&capture, "told"), "phoenix.words=7");
}
