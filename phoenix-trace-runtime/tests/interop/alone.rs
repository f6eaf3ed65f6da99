//! What is set once for a whole process, in processes of their own: whether the program uses the API, and who observes contexts.

use std::process::Command;
use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::context::{ContextObserver, GlobalContextObserver};
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, mark_span_as_active};
use phoenix_trace_runtime::interop;
use phoenix_trace_runtime::private::{self, Site, SpanKind};
use phoenix_trace_runtime::testing::Capture;

use super::tracer;
use crate::support::{enter, traced};

/// Runs one of the tests below in a process of its own, and gives back what it wrote to standard error.
fn alone(test: &str) -> String {
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new(this)
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("interop::alone::{test}"))
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("1 passed"), "{out}");
    err
}

#[test]
fn contexts_name_local_roots_from_when_the_program_uses_the_api() {
    alone("a_program_that_carries_contexts_by_hand");
}

/// The trace of a root, carried to a task of its own by hand.
async fn carried() -> String {
    let capture = Capture::new();
    let root = traced("root", async {
        let there = traced("there", async {}).with_context(Context::current());
        tokio::spawn(there).await.expect("it ends");
    });
    capture.future(root).await;
    capture.tree()
}

#[tokio::test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
async fn a_program_that_carries_contexts_by_hand() {
    static SERVER: Site = Site::new("server", SpanKind::Server, "");
    let is_named = || Context::current().span().span_context().is_valid();
    let capture = Capture::new();
    capture.run(|| {
        let _request = private::enter(&SERVER, &[]);
        assert!(is_named());
    });
    capture.run(|| {
        let _root = enter("root");
        assert!(!is_named());
    });
    drop(Context::current().with_telemetry_suppressed().attach());
    capture.run(|| {
        let _root = enter("root");
        assert!(!is_named());
    });
    let below = "trace · test · 2 spans · kept: head\n\
         root\n\
         └╴there\n";
    assert_ne!(carried().await, below);
    assert_eq!(carried().await, below);
}

struct Foreign(Option<interop::ContextObserver>);

impl ContextObserver for Foreign {
    fn on_context_enter(&self, from: &Context, to: &Context) {
        if let Some(ours) = &self.0 {
            ours.on_context_enter(from, to);
        }
    }

    fn on_context_exit(&self, from: &Context, to: &Context) {
        if let Some(ours) = &self.0 {
            ours.on_context_exit(from, to);
        }
    }
}

/// A span of the API that is attached, and one that is annotated.
fn attached() -> String {
    let capture = Capture::new();
    capture.run(|| {
        let _api = mark_span_as_active(opentelemetry::trace::Tracer::start(&tracer(), "api"));
        drop(enter("annotated"));
    });
    capture.tree()
}

#[test]
fn an_observer_of_the_program_is_told_of() {
    let told = alone("the_program_observes_contexts");
    assert!(
        told.contains("phoenix-trace: another observer of `opentelemetry` contexts is installed"),
        "{told}"
    );
    let told = alone("the_program_observes_contexts_and_hands_on");
    assert!(!told.contains("another observer"), "{told}");
}

#[test]
#[ignore = "it needs a process of its own: `an_observer_of_the_program_is_told_of` runs it"]
fn the_program_observes_contexts() {
    GlobalContextObserver::set(Arc::new(Foreign(None)));
    assert_eq!(
        attached(),
        "trace · test · 1 span · kept: head\n\
         api\n\n\
         trace · test · 1 span · kept: head\n\
         annotated\n"
    );
}

#[test]
#[ignore = "it needs a process of its own: `an_observer_of_the_program_is_told_of` runs it"]
fn the_program_observes_contexts_and_hands_on() {
    GlobalContextObserver::set(Arc::new(Foreign(Some(interop::ContextObserver::default()))));
    assert_eq!(
        attached(),
        "trace · test · 2 spans · kept: head\n\
         api\n\
         └╴annotated\n"
    );
}
