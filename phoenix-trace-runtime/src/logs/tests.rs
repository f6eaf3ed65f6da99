//! What is logged, as somebody finds it: on standard output, and at a collector.

mod dropped;
mod export;
mod hostile;
mod lines;
mod said;
mod sensitive;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::bootstrap;
use crate::config::Config;
use crate::pipeline::{Pipeline, Stats};
use crate::record::scoped::Scoped;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;

/// Far more than anything here takes; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(20);

static SPAN: Site = Site::new("span", SpanKind::Internal, "");

/// A pipeline whose log lines stay in memory.
struct Rig {
    pipeline: Arc<Pipeline>,
    written: Written,
}

/// What was written.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Rig {
    fn new() -> Self {
        Self::start(config())
    }

    fn start(config: Config) -> Self {
        assert_eq!(config.problems(), []);
        let written = Written::default();
        let config = config.log_writer(written.clone());
        Self {
            pipeline: bootstrap::start(config).expect("threads"),
            written,
        }
    }

    /// Runs `f` with a subscriber that consists of the layer alone.
    fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _scoped = Scoped::enter(self.pipeline.clone());
        let subscriber = tracing_subscriber::registry().with(crate::layer());
        tracing::subscriber::with_default(subscriber, f)
    }

    /// The text of all lines so far.
    fn text(&self) -> String {
        self.pipeline.flush(LONG);
        let bytes = lock(&self.written.0).clone();
        String::from_utf8(bytes).expect("text")
    }

    fn lines(&self) -> Vec<Json> {
        let text = self.text();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().expect("lines of JSON")
    }

    /// The one line that there is.
    fn line(&self) -> Json {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        lines.remove(0)
    }

    /// The messages of all lines.
    fn messages(&self) -> Vec<String> {
        let lines = self.lines();
        let message = |line: &Json| line["message"].as_str().expect("a message").to_owned();
        lines.iter().map(message).collect()
    }

    fn stats(&self) -> Stats {
        let stats = self.pipeline.stats();
        assert!(stats.balances(), "{stats}");
        stats
    }

    fn shutdown(&self) -> Stats {
        self.pipeline.shutdown(LONG);
        self.stats()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.pipeline.shutdown(LONG);
    }
}

fn config() -> Config {
    const NEVER: Duration = Duration::from_secs(3600);
    Config::default()
        .service("logs-test")
        .sampler(Sampler::always_on())
        .export_delay(NEVER)
        .no_exporter()
}
