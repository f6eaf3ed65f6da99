//! What lines say.

use std::fmt;

use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use tracing_log::log;

use super::*;
use crate::record::entered::enter;
use crate::{LogFormat, current_span, logger_provider, with_correlation_id};

#[derive(Debug)]
pub(super) struct Failure(Option<Box<Failure>>, &'static str);

impl Failure {
    /// With what it stems from.
    pub(super) fn new(said: &'static str, source: &'static str) -> Self {
        Self(Some(Box::new(Self(None, source))), said)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.as_deref().map(|source| source as _)
    }
}

/// Logs one of everything in a span, and returns the span's ids.
fn log_all() -> (String, String) {
    let root = enter(&SPAN, &[]);
    let (trace, span) = (current_span().trace_id(), current_span().span_id());
    let error = Failure::new("no backend", "connection refused");
    tracing::warn!(
        target: "orders",
        ok = false,
        rows = -3,
        bytes = u64::MAX,
        ratio = 0.5,
        nothing = f64::NAN,
        name = "größer",
        kinds = ?["a", "b"],
        error = &error as &(dyn std::error::Error + 'static),
        "placed {} of {}", 2, 3
    );
    drop(root);
    (trace.to_string(), span.to_string())
}

#[test]
fn a_line_of_json_has_ids_and_typed_fields() {
    let rig = Rig::new();
    let id = "order-4711".parse().ok();
    let (trace, span) = rig.run(|| with_correlation_id(id, log_all));
    let text = rig.text();
    let start = "{\"timestamp\":\"2026-11-26T07:40:00.123456Z".len();
    let time = &text["{\"timestamp\":\"".len()..start];
    let parsed = humantime::parse_rfc3339(time).expect("RFC 3339");
    assert!(parsed.elapsed().is_ok_and(|age| age < LONG), "{time}");
    let expected = format!(
        "\",\"severity\":\"WARN\",\"target\":\"orders\",\"message\":\"placed 2 of 3\",\"trace_id\":\"{trace}\",\
         \"span_id\":\"{span}\",\"correlation_id\":\"order-4711\",\"service.name\":\"logs-test\",\"fields\":{{\"ok\":false,\
         \"rows\":-3,\"bytes\":18446744073709551615,\"ratio\":0.5,\"nothing\":\"NaN\",\"name\":\"größer\",\
         \"kinds\":\"[\\\"a\\\", \\\"b\\\"]\",\"error\":\"no backend\",\"error.sources\":[\"connection refused\"]}}}}\n"
    );
    assert_eq!(&text[start..], expected);
}

#[test]
fn a_line_for_people_says_the_same() {
    let rig = Rig::start(config().log_format(LogFormat::Text));
    let id = "order-4711".parse().ok();
    let (trace, span) = rig.run(|| with_correlation_id(id, log_all));
    let text = rig.text();
    let (_, text) = text.split_once(' ').expect("a time");
    let expected = format!(
        "WARN  orders: [trace_id={trace} span_id={span} correlation_id=order-4711] placed 2 of 3 ok=false rows=-3 \
         bytes=18446744073709551615 ratio=0.5 nothing=\"NaN\" name=\"größer\" kinds=\"[\\\"a\\\", \\\"b\\\"]\" \
         error=\"no backend\" error.sources=[\"connection refused\"]\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn what_is_logged_outside_of_any_request_has_no_ids() {
    let rig = Rig::new();
    rig.run(|| tracing::info!("starting"));
    let line = rig.line();
    let members: Vec<&String> = line.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        ["message", "service.name", "severity", "target", "timestamp"]
    );
    assert_eq!(line["target"], "phoenix_trace_runtime::logs::tests::said");
}

#[test]
fn each_line_has_the_innermost_span_that_runs() {
    let rig = Rig::new();
    let ids = rig.run(|| {
        let _root = enter(&SPAN, &[]);
        let outer = current_span().span_id();
        tracing::info!("one");
        let inner = {
            let _child = enter(&SPAN, &[]);
            tracing::info!("two");
            current_span().span_id()
        };
        let elsewhere = crate::carry(|| tracing::info!("elsewhere"));
        std::thread::scope(|scope| {
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            scope.spawn(move || tracing::dispatcher::with_default(&dispatch, elsewhere));
        });
        tracing::info!("three");
        [outer, inner, outer, outer].map(|id| id.to_string())
    });
    let lines = rig.lines();
    let found: Vec<&str> = lines.iter().filter_map(|l| l["span_id"].as_str()).collect();
    assert_eq!(found, ids);
}

#[test]
fn records_of_log_are_lines_too() {
    let rig = Rig::new();
    let span = rig.run(|| {
        let _root = enter(&SPAN, &[]);
        let record = log::Record::builder()
            .level(log::Level::Error)
            .target("old::crate")
            .args(format_args!("it broke"))
            .line(Some(7))
            .build();
        tracing_log::format_trace(&record).expect("it cannot fail");
        current_span().span_id().to_string()
    });
    let line = rig.line();
    let said = [&line["severity"], &line["target"], &line["message"]].map(|v| v.as_str());
    assert_eq!(said, ["ERROR", "old::crate", "it broke"].map(Some));
    assert_eq!(line["span_id"], span);
    assert!(line.get("fields").is_none(), "{line}");
}

#[test]
fn fields_of_tracing_spans_are_added_by_choice() {
    let log = || {
        let _request =
            tracing::info_span!("request", user = "ada", step = "outer", late = 0_u64).entered();
        let inner = tracing::info_span!("inner", step = "inner", found = tracing::field::Empty);
        let _inside = inner.clone().entered();
        inner.record("found", 3);
        tracing::info!(user = "bob", "here");
    };
    let rig = Rig::new();
    rig.run(log);
    assert_eq!(rig.line()["fields"], serde_json::json!({"user": "bob"}));
    let rig = Rig::start(config().log_span_fields(true));
    rig.run(log);
    let expected = serde_json::json!({"user": "bob", "step": "inner", "found": 3, "late": 0});
    assert_eq!(rig.line()["fields"], expected);
}

#[test]
fn records_of_the_opentelemetry_api_go_the_same_way() {
    let rig = Rig::new();
    let span = rig.run(|| {
        let _root = enter(&SPAN, &[]);
        let logger = logger_provider().logger("billing");
        assert!(logger.event_enabled(Severity::Debug, "billing", None));
        let mut record = logger.create_log_record();
        record.set_severity_number(Severity::Error2);
        record.set_event_name("rate.missing");
        record.set_body("no rate".into());
        record.add_attribute("currency", "XTS");
        record.add_attribute(
            "tried",
            [1, 2]
                .into_iter()
                .collect::<opentelemetry::logs::AnyValue>(),
        );
        logger.emit(record);
        current_span().span_id().to_string()
    });
    let line = rig.line();
    let said = ["severity", "target", "message", "event_name", "span_id"];
    let said = said.map(|name| line[name].as_str().expect("text").to_owned());
    assert_eq!(
        said,
        [
            "ERROR2",
            "billing",
            "no rate",
            "rate.missing",
            span.as_str()
        ]
    );
    let fields = serde_json::json!({"currency": "XTS", "tried": [1, 2]});
    assert_eq!(line["fields"], fields);
}

#[test]
fn a_panic_is_logged_with_the_ids_of_what_it_ends() {
    crate::panics::listen();
    let rig = Rig::new();
    let span = rig.run(|| {
        let _root = enter(&SPAN, &[]);
        let span = current_span().span_id().to_string();
        let caught = std::panic::catch_unwind(|| panic!("out of {}", "ink"));
        assert!(caught.is_err());
        span
    });
    let line = rig.line();
    let said = ["severity", "target", "message", "span_id"];
    let said = said.map(|name| line[name].as_str().expect("text").to_owned());
    assert_eq!(
        said,
        ["ERROR", "panic", "panicked: out of ink", span.as_str()]
    );
    assert_eq!(line["fields"]["exception.message"], "out of ink");
    let file = line["fields"]["code.file.path"].as_str().expect("a file");
    assert!(file.ends_with("said.rs"), "{line}");
}

#[test]
fn the_level_concerns_no_other_layer() {
    /// Counts events, whatever their level.
    #[derive(Clone, Default)]
    struct Counts(Arc<Mutex<Vec<tracing::Level>>>);

    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counts {
        fn on_event(
            &self,
            event: &tracing::Event<'_>,
            _: tracing_subscriber::layer::Context<'_, S>,
        ) {
            lock(&self.0).push(*event.metadata().level());
        }
    }

    let (rig, counts) = (Rig::new(), Counts::default());
    let _scoped = Scoped::enter(rig.pipeline.clone());
    let subscriber = tracing_subscriber::registry()
        .with(counts.clone())
        .with(crate::layer());
    tracing::subscriber::with_default(subscriber, || {
        tracing::trace!("not for us");
        tracing::info!("for both");
    });
    assert_eq!(
        *lock(&counts.0),
        [tracing::Level::TRACE, tracing::Level::INFO]
    );
    assert_eq!(rig.messages(), ["for both"]);
}

#[test]
fn code_that_prints_a_value_may_log_and_may_panic() {
    struct Logs;
    impl fmt::Debug for Logs {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let logger = logger_provider().logger("inside");
            let mut record = logger.create_log_record();
            record.set_body("inner".into());
            logger.emit(record);
            f.write_str("value")
        }
    }
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::panic::resume_unwind(Box::new("no"))
        }
    }
    let rig = Rig::new();
    rig.run(|| {
        tracing::info!(value = ?Logs, "outer");
        tracing::info!(value = ?Panics, "still there");
    });
    assert_eq!(rig.messages(), ["inner", "outer", "still there"]);
    let lines = rig.lines();
    assert_eq!(lines[1]["fields"]["value"], "value");
    assert_eq!(lines[2]["fields"]["value"], "(its formatting panicked)");
}

#[test]
fn a_thread_that_exports_logs_nothing() {
    let rig = Rig::new();
    rig.run(|| {
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let pipeline = rig.pipeline.clone();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let _scoped = Scoped::enter(pipeline);
                crate::logs::suppress_here();
                tracing::dispatcher::with_default(&dispatch, || {
                    tracing::error!("a frame was sent");
                });
            });
        });
        tracing::info!("a request was served");
    });
    assert_eq!(rig.messages(), ["a request was served"]);
}

/// An exporter that notes whether its thread is one that logs nothing.
#[derive(Clone, Debug, Default)]
struct Notes(Arc<Mutex<Vec<bool>>>);

impl opentelemetry_sdk::trace::SpanExporter for Notes {
    async fn export(
        &self,
        _: Vec<opentelemetry_sdk::trace::SpanData>,
    ) -> opentelemetry_sdk::error::OTelSdkResult {
        let there = tokio::task::spawn_blocking(crate::logs::origin::is_suppressed).await;
        lock(&self.0).extend([crate::logs::origin::is_suppressed(), there.unwrap_or(false)]);
        Ok(())
    }
}

#[test]
fn all_threads_that_export_are_such_threads() {
    let notes = Notes::default();
    let rig = Rig::start(config().exporter(notes.clone()));
    rig.run(|| drop(enter(&SPAN, &[])));
    rig.shutdown();
    assert_eq!(*lock(&notes.0), [true, true]);
    assert!(!crate::logs::origin::is_suppressed());
}
