//! What variables say of logs.

use super::*;

fn config(variables: &[(&str, &str)]) -> Config {
    Config::from_vars(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn logs_go_where_traces_go() {
    let check = |variables: &[(&str, &str)], expected: Option<&str>| {
        let config = config(variables);
        let export = config.logs_export(&mut Vec::new());
        let export = export.map(|settings| settings.to_string());
        assert_eq!(export.as_deref(), expected, "{variables:?}");
    };
    const ALL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const LOGS: &str = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";
    check(&[], None);
    check(
        &[(ALL, "http://collector:4318")],
        Some("over OTLP/HTTP to http://collector:4318/v1/logs"),
    );
    check(&[(TRACES, "http://jaeger:4318/v1/traces")], None);
    check(
        &[(LOGS, "http://loki:3100/otlp/v1/logs")],
        Some("over OTLP/HTTP to http://loki:3100/otlp/v1/logs"),
    );
    check(&[(ALL, "http://collector:4318"), (EXPORTER, "none")], None);
    check(
        &[(ALL, "http://collector:4318"), (EXPORTER, "console")],
        None,
    );
    check(
        &[
            (ALL, "http://collector:4317"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ],
        Some("over OTLP/gRPC to http://collector:4317"),
    );
    check(&[(EXPORTER, "none,")], None);
    for list in ["otlp", "OTLP", "console, otlp"] {
        check(
            &[(EXPORTER, list)],
            Some("over OTLP/HTTP to http://localhost:4318/v1/logs"),
        );
    }
    check(
        &[(EXPORTER, "zipkin,otlp")],
        Some("over OTLP/HTTP to http://localhost:4318/v1/logs"),
    );
}

#[test]
fn a_value_that_cannot_be_used_is_named() {
    let config = config(&[
        (FILTER, "my_crate=loud"),
        (FORMAT, "xml"),
        (OF_DROPPED, "some"),
        (EXPORTER, "zipkin"),
    ]);
    let said: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "OTEL_LOGS_EXPORTER=`zipkin` cannot be used: expected otlp, console, several of them separated by commas, or none; using the default instead"
                .to_owned(),
            "PHOENIX_TRACE_LOG_FORMAT=`xml` cannot be used: expected json, text, auto or off; using auto instead"
                .to_owned(),
            format!("RUST_LOG=`my_crate=loud` cannot be used: expected {LEVELS}; using info instead"),
            "PHOENIX_TRACE_LOGS_OF_DROPPED=`some` cannot be used: expected all, warn or none; using all instead"
                .to_owned(),
        ]
    );
}

#[test]
fn an_export_timeout_of_zero_is_no_limit() {
    let timeout = |value| {
        let config = config(&[("OTEL_BLRP_EXPORT_TIMEOUT", value)]);
        config.logs.batches.timeout
    };
    assert_eq!(timeout("250"), Duration::from_millis(250));
    assert_eq!(timeout("0"), Duration::MAX);
}
