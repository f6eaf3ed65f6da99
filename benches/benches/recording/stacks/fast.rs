//! `fastrace` by its API: local spans in sync code, spans that travel with the future in async code. Its attributes are
//! strings, so the integer is printed into one.

use std::borrow::Cow;
use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt as _;
use fastrace::local::LocalSpan;
use fastrace::prelude::{Span, SpanContext};

use super::{CHILDREN, Pipeline, Stack, count_exported, yielded};

/// `CANCEL`: each root is cancelled before it ends, and with it the trace.
pub(crate) struct Fastrace<const CANCEL: bool>;

type Properties = [(&'static str, Cow<'static, str>); 2];

#[inline]
fn properties(n: i64, text: &str) -> Properties {
    [
        ("bench.number", Cow::Owned(n.to_string())),
        ("bench.text", Cow::Owned(text.to_owned())),
    ]
}

fn root_span(text: &str) -> Span {
    Span::root("root", SpanContext::random()).with_properties(|| properties(CHILDREN, text))
}

#[inline(never)]
fn root<const CANCEL: bool>(text: &str) -> i64 {
    let span = root_span(text);
    let local = span.set_local_parent();
    let sum = (0..CHILDREN).map(|n| child(n, text)).sum();
    drop(local);
    if CANCEL {
        span.cancel();
    }
    sum
}

#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    let _span = LocalSpan::enter_with_local_parent("child").with_properties(|| properties(n, text));
    black_box(text);
    black_box(n)
}

/// Runs `body` in a new root, as `in_span` does, but keeps the root, which is cancelled at the end if so asked.
async fn in_root<const CANCEL: bool>(text: &str, body: impl Future<Output = i64>) -> i64 {
    let span = root_span(text);
    let mut body = pin!(body);
    let sum = poll_fn(|cx| {
        let _local = span.set_local_parent();
        body.as_mut().poll(cx)
    })
    .await;
    if CANCEL {
        span.cancel();
    }
    sum
}

fn child_span(n: i64, text: &str) -> Span {
    Span::enter_with_local_parent("child").with_properties(|| properties(n, text))
}

async fn child_in_task(n: i64, text: &str) -> i64 {
    let body = async {
        black_box(text);
        black_box(n)
    };
    body.in_span(child_span(n, text)).await
}

async fn child_yielding(n: i64, text: &str) -> i64 {
    let body = async {
        black_box(text);
        yielded().await;
        black_box(n)
    };
    body.in_span(child_span(n, text)).await
}

impl<const CANCEL: bool> Stack for Fastrace<CANCEL> {
    fn sync(text: &'static str) -> i64 {
        root::<CANCEL>(text)
    }

    fn in_task(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        in_root::<CANCEL>(text, async move {
            let mut sum = 0;
            for n in 0..CHILDREN {
                sum += child_in_task(n, text).await;
            }
            sum
        })
    }

    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        in_root::<CANCEL>(text, async move {
            let mut sum = 0;
            for n in 0..CHILDREN {
                sum += child_yielding(n, text).await;
            }
            sum
        })
    }

    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        in_root::<CANCEL>(text, async move {
            let mut sum = 0;
            for n in 0..CHILDREN {
                let body = async move {
                    black_box(text);
                    black_box(n)
                };
                let child = body.in_span(child_span(n, text));
                sum += tokio::spawn(child).await.unwrap_or(0);
            }
            sum
        })
    }
}

impl<const CANCEL: bool> Fastrace<CANCEL> {
    /// What is not cancelled goes to a reporter that does nothing.
    pub(crate) fn start() -> Box<dyn Pipeline> {
        fastrace::set_reporter(Discard, Config::default());
        Box::new(Collector)
    }
}

struct Discard;

impl Reporter for Discard {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        count_exported(spans.len());
    }
}

struct Collector;

impl Pipeline for Collector {
    fn flush(&self) {
        fastrace::flush();
    }
}
