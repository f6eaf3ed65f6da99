//! The exporter of OpenTelemetry for Rust, as services have it that are not ours.

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::*;

/// Two traces of a span each, sent by that exporter where it may block.
fn send(exporter: SpanExporter) {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("billing").build())
        .build();
    let tracer = provider.tracer("billing-library");
    let root = tracer.span_builder("GET /invoices");
    tracer.build_with_context(root.with_kind(SpanKind::Server), &Default::default());
    tracer.in_span("load invoices", |context| {
        let span = context.span();
        span.set_attribute(KeyValue::new("invoice.count", 2));
        span.add_event("loaded", vec![]);
    });
    provider.shutdown().expect("all is sent");
}

fn check(receiver: &OtlpReceiver) {
    let spans = receiver.take_spans();
    assert_eq!(names(&spans), ["GET /invoices", "load invoices"]);
    for received in &spans {
        assert_eq!(received.span.service, "billing");
        assert_eq!(received.scope_name, "billing-library");
        assert_eq!(received.span.parent_span_id, None);
    }
    let attributes = [("invoice.count".to_owned(), AttributeValue::from(2))];
    assert_eq!(spans[1].span.attributes, attributes);
    assert_eq!(spans[1].span.events.len(), 1);
}

#[test]
fn the_stock_exporter_is_understood_over_both_protocols() {
    let receiver = OtlpReceiver::start().expect("started");
    // Its connections are of a runtime.
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let _entered = runtime.enter();

    let grpc = SpanExporter::builder().with_tonic();
    let grpc = grpc.with_endpoint(receiver.grpc_endpoint());
    send(grpc.build().expect("an exporter"));
    check(&receiver);

    let http = SpanExporter::builder().with_http();
    let http = http.with_endpoint(format!("{}/v1/traces", receiver.http_endpoint()));
    send(http.build().expect("an exporter"));
    check(&receiver);
}
