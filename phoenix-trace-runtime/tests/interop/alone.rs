//! What is set once for a whole process, in processes of their own: whether the program uses the API, who observes contexts, what
//! the program has installed, and what is told of it and of the collector.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;

use opentelemetry::context::{ContextObserver, GlobalContextObserver, ObserverContextView};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{
    FutureExt as _, Span as _, TraceContextExt as _, Tracer as _, mark_span_as_active,
};
use opentelemetry::{Context, KeyValue, global};
use phoenix_trace_runtime::private::{self, Site, SpanKind};
use phoenix_trace_runtime::propagation::TraceContextPropagator;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, init, interop};

use super::tracer;
use crate::support::{enter, site, traced};

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
    for test in [
        "reading_is_no_use",
        "the_first_context_goes_to_a_task",
        "the_first_context_goes_to_a_thread",
        "the_first_context_goes_to_a_tracer",
        "the_first_context_is_sent",
        "the_first_context_comes_late",
        "the_first_context_comes_late_to_a_thread",
        "the_first_context_is_a_derived_one",
        "a_context_from_between_roots_names_none",
    ] {
        alone(test);
    }
}

const BELOW: &str = "trace · test · 2 spans · kept: head\n\
                     root\n\
                     └╴there\n";

/// The trace of a root that starts here, carried to a task of its own by hand.
async fn carried(root: &'static Site) -> String {
    let capture = Capture::new();
    let root = private::traced(
        async {
            private::start(root, &[]);
            let there = traced("there", async {}).with_context(Context::current());
            tokio::spawn(there).await.expect("it ends");
        },
        |()| private::Outcome::Ok,
    );
    capture.future(root).await;
    capture.tree()
}

fn is_named() -> bool {
    Context::current().span().span_context().is_valid()
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn reading_is_no_use() {
    static SERVER: Site = Site::new("server", SpanKind::Server, "");
    // Nor is it that telemetry looks whose tracer provider there is.
    started_and_ended();
    started_and_ended();
    Capture::new().run(|| {
        let _request = private::enter(&SERVER, &[]);
        assert!(is_named());
    });
    // Nor is what an exporter does.
    drop(Context::current().with_telemetry_suppressed().attach());
    Capture::new().run(|| {
        let _root = enter("root");
        assert!(!is_named() && !Context::current().has_active_span());
    });
    drop(Context::new().attach());
    Capture::new().run(|| {
        let _root = enter("root");
        assert!(is_named());
    });
}

#[tokio::test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
async fn the_first_context_goes_to_a_task() {
    assert_eq!(carried(site("root")).await, BELOW);
    assert_eq!(carried(site("root")).await, BELOW);
}

/// A thread attaches what is current in this root, and records below it.
fn check_a_thread_that_gets_it(root: &'static Site) {
    let capture = Capture::new();
    capture.run(|| {
        let _root = private::enter(root, &[]);
        let context = Context::current();
        let there = move || {
            let _attached = context.attach();
            drop(enter("there"));
        };
        std::thread::spawn(there).join().expect("it ends");
    });
    assert_eq!(capture.tree(), BELOW);
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn the_first_context_goes_to_a_thread() {
    check_a_thread_that_gets_it(site("root"));
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn the_first_context_goes_to_a_tracer() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let context = Context::current();
        let there = move || tracer().start_with_context("there", &context).end();
        std::thread::spawn(there).join().expect("it ends");
    });
    assert_eq!(capture.tree(), BELOW);
    capture.run(|| {
        let _root = enter("apart");
        tracer().start_with_context("there", &Context::new()).end();
    });
    assert_eq!(capture.query().named("there").len(), 2);
    assert_eq!(
        capture
            .query()
            .below(&capture.query().named("apart").one())
            .len(),
        0
    );
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn the_first_context_is_sent() {
    let capture = Capture::new();
    let mut sent = HashMap::new();
    capture.run(|| {
        let _root = enter("root");
        TraceContextPropagator::new().inject_context(&Context::current(), &mut sent);
    });
    capture.query().assert_sent_by("root", &sent);
}

/// A local root that has run so often as one that nobody would look at it any more.
fn often() -> &'static Site {
    let root = site("root");
    Capture::new().run(|| (0..1000).for_each(|_| drop(private::enter(root, &[]))));
    root
}

#[tokio::test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
async fn the_first_context_comes_late() {
    let root = often();
    assert_eq!(carried(root).await, BELOW);
    assert_eq!(carried(root).await, BELOW);
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn the_first_context_comes_late_to_a_thread() {
    check_a_thread_that_gets_it(often());
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn the_first_context_is_a_derived_one() {
    use opentelemetry::baggage::BaggageExt as _;
    let root = often();
    let capture = Capture::new();
    let context = capture.run(|| {
        drop(enter("before"));
        let _root = private::enter(root, &[]);
        Context::current_with_baggage([KeyValue::new("tenant", "acme")])
    });
    capture.run(|| drop(enter("after")));
    {
        let _attached = context.attach();
        drop(enter("there"));
    }
    let spans = capture.query();
    assert_eq!(
        spans.parent_of(&spans.named("there").one()),
        Some(spans.named("root").one())
    );
}

#[test]
#[ignore = "it needs a process of its own: `contexts_name_local_roots_from_when_the_program_uses_the_api` runs it"]
fn a_context_from_between_roots_names_none() {
    let capture = Capture::new();
    capture.run(|| {
        drop(enter("before"));
        let context = Context::current();
        drop(enter("after"));
        let _attached = context.attach();
        drop(enter("apart"));
    });
    let roots = ["before", "after", "apart"];
    let traces = roots.map(|root| format!("trace · test · 1 span · kept: head\n{root}\n"));
    assert_eq!(capture.tree(), traces.join("\n"));
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

    fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
        self.0.as_ref()?.make_view(context)
    }
}

/// A span of the API that is attached, and one that is annotated.
fn attached() -> String {
    let capture = Capture::new();
    capture.run(|| {
        let _api = mark_span_as_active(tracer().start("api"));
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

/// Telemetry of the process, as often as it is called.
fn started_and_ended() {
    let config = Config::default().no_exporter();
    #[cfg(feature = "metrics")]
    let config = config.metrics_console();
    drop(init(config).expect("it starts"));
}

#[test]
fn providers_of_the_program_are_told_of() {
    let told = alone("the_program_installs_providers");
    let lines = |start: &str| told.lines().filter(|line| line.starts_with(start)).count();
    let tracers = "phoenix-trace: the global tracer provider of `opentelemetry` stays the one";
    assert_eq!(lines(tracers), 1, "{told}");
    #[cfg(feature = "metrics")]
    {
        let meters = "phoenix-trace: the global meter provider of `opentelemetry` stays the one";
        assert_eq!(lines(meters), 1, "{told}");
        assert!(
            told.contains("`phoenix_trace::metrics::register`"),
            "{told}"
        );
    }
}

/// It does so after telemetry was started twice, each time with providers of the toolkit's.
#[test]
#[ignore = "it needs a process of its own: `providers_of_the_program_are_told_of` runs it"]
fn the_program_installs_providers() {
    started_and_ended();
    started_and_ended();
    global::set_tracer_provider(opentelemetry_sdk::trace::SdkTracerProvider::default());
    #[cfg(feature = "metrics")]
    global::set_meter_provider(opentelemetry_sdk::metrics::SdkMeterProvider::default());
    started_and_ended();
}

#[cfg(feature = "logs")]
#[test]
fn records_of_log_reach_the_layer_in_a_subscriber_of_the_programs_once() {
    alone("the_program_has_no_logger");
    alone("the_program_has_a_bridge_of_its_own");
}

/// How many records there are when one is logged with `log`, beside a subscriber of the program's with our layer.
#[cfg(feature = "logs")]
fn logged() -> u64 {
    use tracing_subscriber::layer::SubscriberExt as _;
    let subscriber = tracing_subscriber::registry().with(phoenix_trace_runtime::layer());
    tracing::subscriber::set_global_default(subscriber).expect("there is none");
    let config = Config::default().no_exporter().log_writer(std::io::sink());
    let telemetry = init(config).expect("it starts");
    tracing_log::log::error!("with log");
    telemetry.shutdown().logs.logged
}

#[cfg(feature = "logs")]
#[test]
#[ignore = "it needs a process of its own: `records_of_log_reach_the_layer_in_a_subscriber_of_the_programs_once` runs it"]
fn the_program_has_no_logger() {
    assert_eq!(logged(), 1);
}

#[cfg(feature = "logs")]
#[test]
#[ignore = "it needs a process of its own: `records_of_log_reach_the_layer_in_a_subscriber_of_the_programs_once` runs it"]
fn the_program_has_a_bridge_of_its_own() {
    tracing_log::LogTracer::init().expect("there is no logger");
    assert_eq!(logged(), 1);
}

#[cfg(feature = "otlp")]
#[test]
fn a_collector_that_answers_is_not_said_to_be_away() {
    let told = alone("a_collector_takes_no_credentials");
    assert!(told.contains("traces cannot be exported"), "{told}");
    assert!(told.contains("OTEL_EXPORTER_OTLP_HEADERS"), "{told}");
    assert!(!told.contains("Is the collector running"), "{told}");
    let told = alone("a_collector_takes_nothing_so_large");
    assert!(told.contains("413"), "{told}");
    assert!(!told.contains("Is the collector running"), "{told}");
}

/// A span goes to a receiver that answers with this status.
#[cfg(feature = "otlp")]
fn sent_in_vain(status: u16) {
    use phoenix_trace_runtime::Otlp;
    use phoenix_trace_runtime::testing::{Fault, OtlpReceiver};
    let receiver = OtlpReceiver::start().expect("two ports");
    receiver.respond_with(Fault::Http {
        status,
        retry_after: None,
    });
    let otlp = Otlp::grpc().endpoint(receiver.grpc_endpoint());
    let telemetry = init(Config::default().otlp(otlp)).expect("it starts");
    drop(private::enter(site("span"), &[]));
    assert_eq!(telemetry.shutdown().acknowledged, 0);
}

#[cfg(feature = "otlp")]
#[test]
#[ignore = "it needs a process of its own: `a_collector_that_answers_is_not_said_to_be_away` runs it"]
fn a_collector_takes_no_credentials() {
    sent_in_vain(401);
}

#[cfg(feature = "otlp")]
#[test]
#[ignore = "it needs a process of its own: `a_collector_that_answers_is_not_said_to_be_away` runs it"]
fn a_collector_takes_nothing_so_large() {
    sent_in_vain(413);
}
