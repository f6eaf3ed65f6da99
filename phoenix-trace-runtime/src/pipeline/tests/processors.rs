//! Span processors of the SDK: what they are told, and that one which panics or fails does no harm to others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::Key;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::fake::Rig;
use crate::config::Config;
use crate::record::segment::lock;
use crate::sampling::Sampler;

/// Writes down what it is told, and answers each end and flush as `answer` says.
#[derive(Clone, Debug)]
struct Told {
    lines: Arc<Mutex<Vec<String>>>,
    answer: fn() -> OTelSdkResult,
}

impl Told {
    fn new(answer: fn() -> OTelSdkResult) -> Self {
        let lines = Arc::default();
        Self { lines, answer }
    }

    fn tell(&self, line: String) {
        lock(&self.lines).push(line);
    }
}

impl SpanProcessor for Told {
    fn on_start(&self, _: &mut Span, _: &opentelemetry::Context) {
        self.tell("start".to_owned());
    }

    fn on_end(&self, span: SpanData) {
        self.tell(format!("end of {}", span.name));
        let _ = (self.answer)();
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.tell("flush".to_owned());
        (self.answer)()
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.tell("shutdown".to_owned());
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        let service = resource.get(&Key::new("service.name"));
        self.tell(format!("resource of {}", service.unwrap_or("none".into())));
    }
}

#[test]
fn each_is_told_of_what_is_kept_and_of_the_end() {
    let works = Told::new(|| Ok(()));
    let fails = Told::new(|| Err(OTelSdkError::InternalFailure("told to fail".to_owned())));
    let panics = Told::new(|| panic!("told to panic"));
    let config = Config::default()
        .service("billing")
        .sampler(Sampler::always_on())
        .no_exporter()
        .span_processor(panics.clone())
        .span_processor(fails.clone())
        .span_processor(works.clone());
    let pipeline = crate::bootstrap::start(config).expect("a thread");
    let rig = Rig { pipeline };
    rig.record(&["root", "child"]);
    rig.pipeline.shutdown(Duration::from_secs(60));
    let told = |processor: &Told| lock(&processor.lines).join(", ");
    let all = "resource of billing, end of root, end of child, flush, shutdown";
    assert_eq!(
        (told(&works), told(&fails)),
        (all.to_owned(), all.to_owned())
    );
    assert_eq!(told(&panics), "resource of billing, end of root, shutdown");
    let stats = rig.stats();
    let account = |number: usize| {
        let also = &stats.also[number];
        (also.offered, also.acknowledged, also.in_doubt)
    };
    assert_eq!(
        [0, 1, 2].map(account),
        [(2, 0, 2), (2, 0, 2), (2, 2, 0)],
        "{stats}"
    );
}
