//! Log lines: one from each child of a root, with a number and a text, to a writer that discards them. Ours have the ids of the
//! span that runs; `tracing-subscriber` formats its JSON alone, without any span, on the thread that logs.

use std::hint::black_box;
use std::io;

use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, traced_operation};

use super::{CHILDREN, Discard, Nothing, Pipeline, Stack};

/// phoenix-trace's layer, in a span.
pub(crate) struct OurLines;

/// The JSON formatter of `tracing-subscriber`.
pub(crate) struct JsonLines;

#[traced_operation]
#[inline(never)]
fn root(text: &str) -> i64 {
    lines(text)
}

fn lines(text: &str) -> i64 {
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    tracing::info!(
        bench.number = n,
        bench.text = text,
        "a line of the benchmark"
    );
    black_box(n)
}

impl Stack for OurLines {
    fn sync(text: &'static str) -> i64 {
        root(text)
    }

    async fn in_task(text: &'static str) -> i64 {
        root(text)
    }

    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        Self::in_task(text)
    }

    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        Self::in_task(text)
    }
}

impl Stack for JsonLines {
    fn sync(text: &'static str) -> i64 {
        lines(text)
    }

    async fn in_task(text: &'static str) -> i64 {
        lines(text)
    }

    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        Self::in_task(text)
    }

    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        Self::in_task(text)
    }
}

impl OurLines {
    pub(crate) fn start() -> Result<Box<dyn Pipeline>, String> {
        super::ours::init(
            Config::default()
                .sampler(Sampler::always_on())
                .exporter(Discard)
                .log_writer(io::sink()),
        )
    }
}

impl JsonLines {
    pub(crate) fn start() -> Result<Box<dyn Pipeline>, String> {
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(io::sink)
            .finish();
        tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
        Ok(Box::new(Nothing))
    }
}
