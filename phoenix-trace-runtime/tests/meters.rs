//! The program's own meters beside those of the toolkit. In a process of its own, which has one global meter provider.
#![cfg(all(feature = "otlp", feature = "testing"))]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::metrics::{AsyncInstrument, MeterProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{SdkMeterProvider, Temporality};
#[cfg(feature = "prometheus")]
use phoenix_trace_runtime::MetricTemporality;
use phoenix_trace_runtime::private::{Site, SpanKind, enter};
use phoenix_trace_runtime::testing::OtlpReceiver;
use phoenix_trace_runtime::{Config, Otlp, Telemetry, init, metrics, stats};

const LONG: Duration = Duration::from_secs(20);
const NEVER: Duration = Duration::from_secs(3600);

static SITE: Site = Site::new("span", SpanKind::Internal, "");

fn start(receiver: &OtlpReceiver) -> Telemetry {
    start_with(receiver, NEVER)
}

fn start_with(receiver: &OtlpReceiver, interval: Duration) -> Telemetry {
    let otlp = Otlp::grpc().endpoint(receiver.grpc_endpoint());
    let config = Config::default().otlp(otlp).metric_interval(interval);
    init(config).expect("it starts")
}

/// What the receiver has of a metric, all series together.
fn received(receiver: &OtlpReceiver, name: &str) -> Option<i64> {
    let points = receiver.points();
    let values = points.iter().filter(|point| point.name == name);
    values
        .map(|point| point.int())
        .reduce(|one, other| Some(one? + other?))?
}

/// An exporter of the program's own: the totals of what is counted.
#[derive(Clone, Default)]
struct Totals(Arc<Mutex<HashMap<String, u64>>>);

impl PushMetricExporter for Totals {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut totals = self.0.lock().expect("no panic");
        totals.clear();
        let scopes = metrics.scope_metrics();
        for metric in scopes.flat_map(|scope| scope.metrics()) {
            if let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() {
                let total = sum.data_points().map(|point| point.value()).sum();
                totals.insert(metric.name().to_owned(), total);
            }
        }
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

/// The program's meters go out with those of the toolkit, each time that telemetry is started.
fn meters_go_through_the_provider_of_the_toolkit() {
    for _ in 0..2 {
        let receiver = OtlpReceiver::start().expect("two ports");
        let telemetry = start(&receiver);
        let orders = global::meter("program")
            .u64_counter("program.orders")
            .build();
        orders.add(3, &[]);
        drop(enter(&SITE, &[]));
        telemetry.flush(LONG);
        assert_eq!(received(&receiver, "program.orders"), Some(3));
        orders.add(4, &[]);
        drop(enter(&SITE, &[]));
        let account = telemetry.shutdown_within(LONG);
        assert_eq!(received(&receiver, "program.orders"), Some(7));
        assert_eq!(received(&receiver, "phoenix.sdk.span.ended"), Some(2));
        assert_eq!((account.acknowledged, &account), (2, &stats()));
        // What comes afterwards goes nowhere, and harms nobody.
        orders.add(1, &[]);
        global::meter("program")
            .u64_counter("program.late")
            .build()
            .add(1, &[]);
    }
}

/// What Prometheus is shown on this port, in the format that has exemplars.
#[cfg(feature = "prometheus")]
fn scrape(port: u16) -> String {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    let start = std::time::Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) => assert!(start.elapsed() < LONG, "nobody listens: {error}"),
        }
        std::thread::yield_now();
    };
    let request =
        "GET /metrics HTTP/1.1\r\nhost: a\r\naccept: application/openmetrics-text\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

/// A receiver and Prometheus at once: what one of them has read, the other one has too.
#[cfg(feature = "prometheus")]
fn metrics_go_several_ways() {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let receiver = OtlpReceiver::start().expect("two ports");
    let otlp = Otlp::grpc().endpoint(receiver.grpc_endpoint());
    let config = Config::default()
        .otlp(otlp.clone())
        .metrics_otlp(otlp)
        .metrics_prometheus("127.0.0.1", port)
        .metric_temporality(MetricTemporality::Delta)
        .metric_interval(NEVER);
    let telemetry = init(config).expect("it starts");
    let meter = global::meter("program");
    let orders = meter.u64_counter("program.orders").build();
    for total in [3, 6] {
        orders.add(3, &[]);
        drop(enter(&SITE, &[]));
        telemetry.flush(LONG);
        assert_eq!(received(&receiver, "program.orders"), Some(3));
        let shown = scrape(port);
        let scope = "otel_scope_name=\"program\"";
        let expected = format!("program_orders_total{{{scope}}} {total}\n");
        assert!(shown.contains(&expected), "{expected}{shown}");
        let account = shown.matches("\nphoenix_sdk_span_ended_total{");
        assert_eq!(account.count(), 1, "{shown}");
    }
    telemetry.shutdown_within(LONG);
}

/// A callback of the program's that never returns, or panics, costs metrics and nothing else.
fn callbacks_hold_up_nothing() {
    let receiver = OtlpReceiver::start().expect("two ports");
    let telemetry = start(&receiver);
    let (unblock, blocked) = channel::<()>();
    let blocked = Mutex::new(blocked);
    let meter = global::meter("program");
    let gauge = meter.u64_observable_gauge("program.blocks");
    let _ = gauge
        .with_callback(move |_| drop(blocked.lock().map(|blocked| blocked.recv())))
        .build();
    drop(enter(&SITE, &[]));
    assert!(
        telemetry.flush(Duration::from_millis(200)),
        "the span is sent"
    );
    drop(enter(&SITE, &[]));
    let account = telemetry.shutdown_within(Duration::from_millis(200));
    assert_eq!(account.acknowledged, 2, "{account}");
    assert_eq!(receiver.points(), []);
    drop(unblock);

    let telemetry = start(&receiver);
    let meter = global::meter("program");
    let gauge = meter.u64_observable_gauge("program.panics");
    let _ = gauge.with_callback(|_| panic!("told to panic")).build();
    drop(enter(&SITE, &[]));
    telemetry.flush(LONG);
    drop(enter(&SITE, &[]));
    let account = telemetry.shutdown_within(LONG);
    assert_eq!(account.acknowledged, 2, "{account}");
}

/// What was collected when the end was asked for is of the past: the final numbers are collected after that.
fn a_collection_under_way_is_not_the_last() {
    let receiver = OtlpReceiver::start().expect("two ports");
    let telemetry = start_with(&receiver, Duration::from_millis(1));
    let ((tell, told), (unblock, blocked)) = (channel(), channel::<()>());
    let blocked = Mutex::new(blocked);
    let meter = global::meter("program");
    // Callbacks are called in the order in which they were registered.
    let orders = Arc::new(AtomicU64::new(0));
    let seen = orders.clone();
    let counter = meter.u64_observable_counter("program.orders");
    let read = move |observer: &dyn AsyncInstrument<u64>| {
        observer.observe(seen.load(Ordering::SeqCst), &[]);
    };
    let _ = counter.with_callback(read).build();
    let gauge = meter.u64_observable_gauge("program.blocks");
    let callback = move |_: &dyn AsyncInstrument<u64>| {
        let _ = tell.send(());
        drop(blocked.lock().map(|blocked| blocked.recv()));
    };
    let _ = gauge.with_callback(callback).build();
    told.recv_timeout(LONG).expect("a collection");
    orders.store(7, Ordering::SeqCst);
    drop(enter(&SITE, &[]));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The end has been asked for: spans come first, then metrics. It holds too if these are slow to come.
            receiver
                .wait_for(LONG, |spans| !spans.is_empty())
                .expect("the span");
            std::thread::sleep(Duration::from_millis(100));
            drop(unblock);
        });
        telemetry.shutdown_within(LONG);
    });
    assert_eq!(received(&receiver, "program.orders"), Some(7));
}

/// A provider of the program's stays where it is, and can be told of the account.
fn a_provider_of_the_program_stays() {
    let receiver = OtlpReceiver::start().expect("two ports");
    let totals = Totals::default();
    let theirs = SdkMeterProvider::builder()
        .with_periodic_exporter(totals.clone())
        .build();
    global::set_meter_provider(theirs.clone());
    metrics::register(&theirs.meter("phoenix-trace"));
    let total = |name: &str| {
        theirs.force_flush().expect("it is exported");
        totals.0.lock().expect("no panic").get(name).copied()
    };

    let telemetry = start(&receiver);
    global::meter("program")
        .u64_counter("program.orders")
        .build()
        .add(3, &[]);
    drop(enter(&SITE, &[]));
    telemetry.flush(LONG);
    assert_eq!(total("program.orders"), Some(3));
    assert_eq!(total("phoenix.sdk.span.ended"), Some(1));
    assert_eq!(received(&receiver, "program.orders"), None);
    assert_eq!(received(&receiver, "phoenix.sdk.span.ended"), Some(1));
    drop(enter(&SITE, &[]));
    telemetry.shutdown_within(LONG);
    assert_eq!(
        total("otel.sdk.exporter.span.exported"),
        Some(2),
        "the final account"
    );
    global::meter("program")
        .u64_counter("program.orders")
        .build()
        .add(1, &[]);
    assert_eq!(total("program.orders"), Some(4), "it is still theirs");
}

#[test]
fn meters_of_the_program() {
    meters_go_through_the_provider_of_the_toolkit();
    #[cfg(feature = "prometheus")]
    metrics_go_several_ways();
    callbacks_hold_up_nothing();
    a_collection_under_way_is_not_the_last();
    a_provider_of_the_program_stays();
}
