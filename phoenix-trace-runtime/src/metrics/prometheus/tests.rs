//! What is served, as text; and the server, over real sockets.

use std::net::TcpListener as Bound;

use http::StatusCode;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::family::Families;
use super::text::Format;
use super::*;
use crate::metrics::durations::tests::example;
use crate::metrics::provider::tests::readings;

/// Far more than anything here takes; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(20);

/// A program's meters, and requests.
fn shown(format: Format) -> String {
    let resource = Resource::builder_empty()
        .with_attribute(KeyValue::new("service.name", "billing \"2\""))
        .with_attribute(KeyValue::new("service.version", "1.4.0"))
        .build();
    let readings = readings(resource);
    let meter = readings.meter();
    let orders = meter.u64_counter("program.orders");
    let orders = orders
        .with_unit("{order}")
        .with_description("Orders\nby \"kind\" \\ size.")
        .build();
    orders.add(3, &[KeyValue::new("kind", "large\nforged 1")]);
    orders.add(1, &[KeyValue::new("kind", "small \"x\" \\")]);
    let open = meter.i64_up_down_counter("program.open").build();
    open.add(-2, &[]);
    let load = meter.f64_gauge("program.load").with_unit("1").build();
    load.record(0.25, &[KeyValue::new("a.b", 1), KeyValue::new("a_b", 2)]);
    let size = meter.f64_histogram("program.size").with_unit("By");
    let size = size.with_boundaries(vec![1.0, 1000.0]).build();
    size.record(1.0, &[KeyValue::new("le", "x")]);
    size.record(2000.5, &[KeyValue::new("le", "x")]);
    let mut numbers = ResourceMetrics::default();
    readings.collect(&mut numbers).expect("it is collected");
    let mut durations = readings.collect_durations();
    durations.series = vec![example("GET", "/users/{id}")];
    let families = Families::of(&numbers, &durations);
    assert!(families.left_out.is_empty());
    format
        .write(&families)
        .replace(env!("CARGO_PKG_VERSION"), "1.2.3")
}

#[test]
fn all_metrics_are_shown_in_the_text_format_of_prometheus() {
    let expected = r#"# HELP http_server_request_duration_seconds Duration of HTTP server requests.
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.005"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.01"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.025"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.05"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.075"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.1"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.25"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.5"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.75"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="1.0"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="2.5"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="5.0"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="7.5"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="10.0"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="+Inf"} 3
http_server_request_duration_seconds_sum{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 0.75
http_server_request_duration_seconds_count{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 3
# TYPE program_load_ratio gauge
program_load_ratio{a_b="1;2",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 0.25
# TYPE program_open gauge
program_open{otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} -2
# HELP program_orders_total Orders\nby "kind" \\ size.
# TYPE program_orders_total counter
program_orders_total{kind="large\nforged 1",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 3
program_orders_total{kind="small \"x\" \\",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 1
# TYPE program_size_bytes histogram
program_size_bytes_bucket{exported_le="x",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="1.0"} 1
program_size_bytes_bucket{exported_le="x",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="1000.0"} 1
program_size_bytes_bucket{exported_le="x",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="+Inf"} 2
program_size_bytes_sum{exported_le="x",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 2001.5
program_size_bytes_count{exported_le="x",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 2
# HELP target_info The resource that these metrics are of.
# TYPE target_info gauge
target_info{service_name="billing \"2\"",service_version="1.4.0"} 1
"#;
    assert_eq!(shown(Format::Prometheus), expected);
}

#[test]
fn openmetrics_has_units_and_exemplars() {
    let text = shown(Format::OpenMetrics);
    let chosen = |line: &&str| {
        line.starts_with('#') || line.contains(" # ") || line.starts_with("program_orders")
    };
    let lines: Vec<&str> = text.lines().filter(chosen).collect();
    assert_eq!(
        lines,
        [
            "# HELP http_server_request_duration_seconds Duration of HTTP server requests.",
            "# TYPE http_server_request_duration_seconds histogram",
            "# UNIT http_server_request_duration_seconds seconds",
            r#"http_server_request_duration_seconds_bucket{http_request_method="GET",http_route="/users/{id}",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3",le="0.75"} 3 # {span_id="00f067aa0ba902b7",trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.725 1700000000.120"#,
            "# TYPE program_load_ratio gauge",
            "# UNIT program_load_ratio ratio",
            "# TYPE program_open gauge",
            r#"# HELP program_orders Orders\nby \"kind\" \\ size."#,
            "# TYPE program_orders counter",
            r#"program_orders_total{kind="large\nforged 1",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 3"#,
            r#"program_orders_total{kind="small \"x\" \\",otel_scope_name="phoenix-trace",otel_scope_version="1.2.3"} 1"#,
            "# TYPE program_size_bytes histogram",
            "# UNIT program_size_bytes bytes",
            "# HELP target The resource that these metrics are of.",
            "# TYPE target info",
            "# EOF",
        ]
    );
}

#[test]
fn what_prometheus_would_call_the_same_is_left_out_and_named() {
    let readings = readings(Resource::builder_empty().build());
    let meter = readings.meter();
    meter.u64_counter("program.orders").build().add(1, &[]);
    meter.u64_counter("program_orders").build().add(2, &[]);
    meter.u64_gauge("program/orders").build().record(7, &[]);
    let mut numbers = ResourceMetrics::default();
    readings.collect(&mut numbers).expect("it is collected");
    let families = Families::of(&numbers, &readings.collect_durations());
    let text = Format::Prometheus.write(&families);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_eq!(families.left_out.len(), 2, "{families:?}");
}

#[test]
fn the_format_is_the_one_that_is_preferred() {
    for (accept, expected) in [
        ("", Format::Prometheus),
        ("*/*", Format::Prometheus),
        ("text/plain", Format::Prometheus),
        ("application/openmetrics-text", Format::OpenMetrics),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            Format::OpenMetrics,
        ),
        (
            "application/openmetrics-text;q=0.1, text/plain",
            Format::Prometheus,
        ),
        ("application/openmetrics-text;q=0", Format::Prometheus),
    ] {
        assert_eq!(Format::accepted(accept), expected, "{accept}");
    }
}

/// A server on a free port, and what it is asked by.
struct Rig {
    port: u16,
}

impl Rig {
    async fn start(readings: Readings) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let host = "127.0.0.1".to_owned();
        let mut server = Server::new(Prometheus { host, port });
        let address = listener.local_addr().expect("an address");
        server.listeners.push((listener, Served::at(address)));
        tokio::spawn(server.run(readings, LONG, Arc::default()));
        Self { port }
    }

    async fn ask(&self, request: &str) -> (StatusCode, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("it listens");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("it reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .expect("it answers");
        let status = answer.get(9..12).and_then(|code| code.parse().ok());
        (status.expect("a status"), answer)
    }
}

#[tokio::test]
async fn a_scrape_is_answered_and_nothing_else() {
    let readings = readings(Resource::builder_empty().build());
    readings
        .meter()
        .u64_counter("program.orders")
        .build()
        .add(3, &[]);
    let rig = Rig::start(readings).await;
    let (status, answer) = rig.ask("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert!(
        answer.contains("content-type: text/plain; version=0.0.4"),
        "{answer}"
    );
    assert!(answer.contains("\nprogram_orders_total{"), "{answer}");
    let open = "GET /metrics HTTP/1.1\r\nhost: a\r\naccept: application/openmetrics-text\r\n\r\n";
    let (status, answer) = rig.ask(open).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer.ends_with("# EOF\n"), "{answer}");
    let (status, answer) = rig.ask("HEAD /metrics HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    for (request, expected) in [
        ("GET / HTTP/1.1", StatusCode::NOT_FOUND),
        ("POST /metrics HTTP/1.1", StatusCode::METHOD_NOT_ALLOWED),
        ("nonsense", StatusCode::BAD_REQUEST),
    ] {
        let (status, answer) = rig.ask(&format!("{request}\r\nhost: a\r\n\r\n")).await;
        assert_eq!(status, expected, "{answer}");
    }
    let large = "x".repeat(2 * HEAD);
    let mut stream = TcpStream::connect(("127.0.0.1", rig.port))
        .await
        .expect("it listens");
    // It may have hung up by the time that all is written.
    let head = format!("GET /metrics HTTP/1.1\r\nlarge: {large}\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    let (status, _) = rig.ask("GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_port_that_is_taken_is_listened_on_when_it_is_free() {
    let taken = Bound::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("it is bound").port();
    let host = "127.0.0.1".to_owned();
    let mut server = Server::new(Prometheus { host, port });
    let error = server.listen().await.expect_err("it is taken");
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    drop(taken);
    server.listen().await.expect("it is free");
    assert_eq!(server.listeners.len(), 1);
}

#[test]
fn an_address_that_cannot_be_had_is_told_with_the_variable_that_names_another() {
    let refused = [
        (io::ErrorKind::AddrInUse, "OTEL_EXPORTER_PROMETHEUS_PORT"),
        (
            io::ErrorKind::AddrNotAvailable,
            "OTEL_EXPORTER_PROMETHEUS_HOST",
        ),
    ];
    for (kind, variable) in refused {
        let remedy = remedy(kind);
        assert!(remedy.contains(variable), "{remedy}");
    }
}
