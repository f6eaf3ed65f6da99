//! What is asked before a span starts may itself be traced, futures among it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use phoenix_trace::{attribute_keys, current_span, traced_operation};

use super::tree_of;

attribute_keys! {
    mod keys {
        N: "phoenix.n" => int,
    }
}

/// Polls once.
fn now<F: Future>(future: F) -> Option<F::Output> {
    let mut task = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut task) {
        std::task::Poll::Ready(returned) => Some(returned),
        std::task::Poll::Pending => None,
    }
}

#[traced_operation]
async fn leaf() -> i64 {
    7
}

#[traced_operation(skip_if = true)]
async fn quiet() -> i64 {
    7
}

#[traced_operation]
async fn inner() {}

#[traced_operation(attributes(keys::N = now(leaf())))]
async fn attributes() {
    inner().await;
}

#[traced_operation(attributes(keys::N = now(quiet())))]
async fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

#[traced_operation(skip_if = now(leaf()) == Some(9))]
async fn skip_if() {
    inner().await;
}

#[traced_operation(link = { now(leaf()); current_span() })]
async fn link() {
    inner().await;
}

#[traced_operation(parent = { now(leaf()); current_span() })]
async fn parent() {
    inner().await;
}

#[traced_operation(root, attributes(keys::N = now(leaf())))]
async fn root() {
    inner().await;
}

#[traced_operation]
async fn outer() {
    attributes().await;
    let _ = fails().await;
    skip_if().await;
    link().await;
    parent().await;
    root().await;
}

#[tokio::test]
async fn what_is_asked_may_run_futures_that_are_traced() {
    assert_eq!(
        tree_of(outer()).await,
        "\
trace · test · 15 spans · 1 error · kept: head, error
outer
├╴leaf
├╴attributes · phoenix.n=7
│ └╴inner
├╴fails · ✗ Error: an error occurred when formatting an argument · phoenix.n=7
├╴leaf
├╴skip_if
│ └╴inner
├╴leaf
├╴link
│ └╴inner
├╴leaf
├╴parent
│ └╴inner
└╴leaf

trace · test · 2 spans · kept: head
root · phoenix.n=7
└╴inner
"
    );
}
