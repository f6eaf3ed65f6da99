//! `OTEL_SDK_DISABLED`: nothing is recorded, and context travels in the configured formats all the same. The only test of its
//! program: what it installs is the process's.

use std::collections::HashMap;

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, global};
use phoenix_trace_runtime::{Config, extract, init, inject, stats};

#[test]
fn context_travels_in_the_configured_formats_while_telemetry_is_disabled() {
    let config = Config::from_vars(|name| {
        let value = match name {
            "OTEL_SDK_DISABLED" => "true",
            "OTEL_PROPAGATORS" => "b3,baggage",
            "PHOENIX_TRACE_CORRELATION_HEADER" => "x-request-id",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let telemetry = init(config).unwrap();
    let message: HashMap<String, String> = [
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"),
        ("baggage", "user=alice"),
        ("x-request-id", "order-4711"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let mut sent = HashMap::<String, String>::new();
    extract(&message).run(|| inject(&mut sent));
    assert_eq!(sent, message);

    // For code that is written against the OpenTelemetry API, it is the global propagator.
    let context = global::get_text_map_propagator(|propagator| propagator.extract(&message));
    let trace = context.span().span_context().trace_id().to_string();
    assert_eq!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    let mut sent = HashMap::new();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut sent));
    sent.insert("x-request-id".to_owned(), "order-4711".to_owned());
    assert_eq!(sent, message);
    telemetry.shutdown();

    // The next configuration takes its place, but not that of a propagator of the program's own.
    let fields = || {
        global::get_text_map_propagator(|propagator| {
            propagator.fields().map(str::to_owned).collect::<Vec<_>>()
        })
    };
    let disabled = |name: &str| (name == "OTEL_SDK_DISABLED").then(|| "true".to_owned());
    drop(init(Config::from_vars(disabled)));
    assert_eq!(fields(), ["traceparent", "tracestate", "baggage"]);
    global::set_text_map_propagator(phoenix_trace_runtime::propagation::BaggagePropagator::new());
    drop(init(Config::from_vars(disabled)));
    assert_eq!(fields(), ["baggage"]);
    assert!(!Context::current().span().span_context().is_valid());
    assert_eq!(stats().ended, 0);
}
