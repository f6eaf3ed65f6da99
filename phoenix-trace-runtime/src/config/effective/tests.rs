//! The effective configuration as it is shown: every setting, where its value comes from, and no secret.

use super::*;
use crate::config::otlp::Otlp;
use crate::sensitive::Sensitive;

/// What is shown of logs, where they are built in.
const LOGS: &str = if cfg!(feature = "logs") {
    "distribution.phoenix_trace.logs.levels  opentelemetry=warn,info  # default
distribution.phoenix_trace.logs.format  auto  # default
distribution.phoenix_trace.logs.of_dropped  all  # default
distribution.phoenix_trace.logs.span_fields  false  # default
logger_provider.limits.attribute_count_limit  128  # default
logger_provider.limits.attribute_value_length_limit  4096 bytes  # default
logger_provider.processors[0]  over OTLP/HTTP to http://collector:4318/v1/logs  # default
logger_provider.processors[0].endpoint  http://collector:4318/v1/logs  # OTEL_EXPORTER_OTLP_ENDPOINT, corrected
logger_provider.processors[0].protocol  http/protobuf  # default
logger_provider.processors[0].compression  none  # default
logger_provider.processors[0].timeout  3s  # OTEL_EXPORTER_OTLP_TIMEOUT
logger_provider.processors[0].headers  authorization=***  # OTEL_EXPORTER_OTLP_HEADERS
logger_provider.processors[0].schedule_delay  1s  # default
logger_provider.processors[0].export_timeout  30s  # default
logger_provider.processors[0].max_queue_size  65536  # default
logger_provider.processors[0].max_export_batch_size  512  # default
"
} else {
    ""
};

fn shown(config: &Config) -> String {
    let text = config.to_string();
    let about_us = |line: &&str| !line.starts_with("telemetry.");
    let mut shown = String::from("\n");
    for line in text.lines().filter(about_us) {
        let columns: Vec<&str> = line.split("  ").filter(|part| !part.is_empty()).collect();
        shown += &columns
            .iter()
            .map(|part| part.trim())
            .collect::<Vec<_>>()
            .join("  ");
        shown += "\n";
    }
    shown
}

fn config(vars: &[(&str, &str)]) -> Config {
    Config::from_vars(|name| {
        let found = vars.iter().find(|(there, _)| *there == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

/// The rows of settings that end so, without the part of the name that says of which exporter.
fn rows_of(config: &Config, ends: &[&str]) -> Vec<String> {
    let shown = shown(config);
    let ours = |line: &&str| {
        let setting = line.split("  ").next().unwrap_or_default();
        ends.iter().any(|end| setting.ends_with(end))
    };
    shown.lines().filter(ours).map(str::to_owned).collect()
}

#[test]
fn a_timeout_of_zero_is_shown_as_no_limit() {
    let vars = [
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "0"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "0"),
    ];
    let config = config(&vars);
    let mut expected = vec![
        "tracer_provider.processors[0].timeout  no limit  # OTEL_EXPORTER_OTLP_TIMEOUT",
        "tracer_provider.processors[0].export_timeout  no limit  # OTEL_BSP_EXPORT_TIMEOUT",
        "meter_provider.readers[0].exporter.timeout  no limit  # OTEL_EXPORTER_OTLP_TIMEOUT",
        "meter_provider.readers[0].timeout  no limit  # OTEL_METRIC_EXPORT_TIMEOUT",
    ];
    if cfg!(feature = "logs") {
        expected.extend([
            "logger_provider.processors[0].timeout  no limit  # OTEL_EXPORTER_OTLP_TIMEOUT",
            "logger_provider.processors[0].export_timeout  no limit  # OTEL_BLRP_EXPORT_TIMEOUT",
        ]);
    }
    assert_eq!(rows_of(&config, &["timeout"]), expected);
}

#[test]
fn what_was_refused_is_not_shown_and_what_was_corrected_is_marked() {
    const ROWS: [&str; 4] = ["policy", "endpoint", "headers", "_file"];
    let vars = [
        ("ENVIRONMENT", "production"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "http://user:secret@metrics:4318/x",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=se%0acret,x-tenant=1",
        ),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "key.pem"),
        ("OTEL_LOGS_EXPORTER", "none"),
        ("PHOENIX_TRACE_SENSITIVE", "hash"),
    ];
    assert_eq!(
        rows_of(&config(&vars), &ROWS),
        [
            "distribution.phoenix_trace.sensitive.policy  drop  # PHOENIX_TRACE_SENSITIVE, corrected",
            "tracer_provider.processors[0].endpoint  http://collector:4318/v1/traces  # OTEL_EXPORTER_OTLP_ENDPOINT",
            "tracer_provider.processors[0].headers  x-tenant=***  # OTEL_EXPORTER_OTLP_HEADERS, corrected",
            "meter_provider.readers[0].exporter.endpoint  http://metrics:4318/x  # OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, corrected",
            "meter_provider.readers[0].exporter.headers  x-tenant=***  # OTEL_EXPORTER_OTLP_HEADERS, corrected",
        ]
    );
    let otlp = Otlp::http()
        .endpoint("http://user:secret@code:4318")
        .header("authorization", "se\ncret")
        .header("x-tenant", "1")
        .client_certificate("cert.pem", "key.pem");
    let config = config(&vars).no_metrics().otlp(otlp);
    assert_eq!(
        rows_of(&config.sensitive(Sensitive::show()), &ROWS),
        [
            "distribution.phoenix_trace.sensitive.policy  drop  # code, corrected",
            "tracer_provider.processors[0].endpoint  http://code:4318/v1/traces  # code, corrected",
            "tracer_provider.processors[0].headers  x-tenant=***  # code",
            "tracer_provider.processors[0].tls.cert_file  cert.pem  # code",
            "tracer_provider.processors[0].tls.key_file  key.pem  # code",
        ]
    );
}

#[test]
fn every_setting_is_shown_with_its_origin_and_no_secret() {
    let vars = [
        ("PHOENIX_TRACE_RESOURCE_DETECTORS", "none"),
        ("OTEL_SERVICE_NAME", "billing"),
        ("ENVIRONMENT", "production"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://user:secret@collector:4318",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "3000"),
        ("OTEL_PROPAGATORS", "b3,xray"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "7"),
        ("PHOENIX_TRACE_SENSITIVE", "hash"),
        ("PHOENIX_TRACE_SENSITIVE_KEY", "a secret of 24 bytes    "),
        (
            "PHOENIX_TRACE_SENSITIVE_KEYS",
            "phoenix.user.email, password,",
        ),
    ];
    let config = config(&vars).max_events(9).version("1.2.3");
    let shown = shown(&config);
    assert!(!shown.contains("secret"), "{shown}");
    assert_eq!(
        shown,
        "
disabled  false  # default
log_level  info  # default
distribution.phoenix_trace.strict  false  # default
distribution.phoenix_trace.print_config  false  # default
distribution.phoenix_trace.shutdown  on_signal  # default
deployment.environment.name  production  # ENVIRONMENT
service.version  1.2.3  # code
service.name  billing  # OTEL_SERVICE_NAME
resource.detection/development.detectors  none  # PHOENIX_TRACE_RESOURCE_DETECTORS
propagator.composite  b3  # OTEL_PROPAGATORS, corrected
distribution.phoenix_trace.correlation.header  x-correlation-id  # default
distribution.phoenix_trace.correlation.source  header  # default
distribution.phoenix_trace.otel_context  auto  # default
distribution.phoenix_trace.sensitive.policy  hash  # PHOENIX_TRACE_SENSITIVE
distribution.phoenix_trace.sensitive.key  ***  # PHOENIX_TRACE_SENSITIVE_KEY
distribution.phoenix_trace.sensitive.keys  password, phoenix.user.email  # PHOENIX_TRACE_SENSITIVE_KEYS
tracer_provider.sampler  ratio 0.1, errors always  # default
tracer_provider.limits.attribute_count_limit  128  # default
tracer_provider.limits.event_count_limit  9  # code
tracer_provider.limits.link_count_limit  7  # OTEL_SPAN_LINK_COUNT_LIMIT
tracer_provider.limits.event_attribute_count_limit  128  # default
tracer_provider.limits.link_attribute_count_limit  128  # default
tracer_provider.limits.attribute_value_length_limit  4096 bytes  # default
distribution.phoenix_trace.limits.spans_per_segment  10000  # default
distribution.phoenix_trace.limits.grace_period  5s  # default
distribution.phoenix_trace.limits.cut_after  60s  # default
distribution.phoenix_trace.limits.open_segments  100000  # default
distribution.phoenix_trace.limits.undecided_bytes  268435456  # default
tracer_provider.processors[0]  over OTLP/HTTP to http://collector:4318/v1/traces  # OTEL_EXPORTER_OTLP_ENDPOINT, corrected
tracer_provider.processors[0].endpoint  http://collector:4318/v1/traces  # OTEL_EXPORTER_OTLP_ENDPOINT, corrected
tracer_provider.processors[0].protocol  http/protobuf  # default
tracer_provider.processors[0].compression  none  # default
tracer_provider.processors[0].timeout  3s  # OTEL_EXPORTER_OTLP_TIMEOUT
tracer_provider.processors[0].headers  authorization=***  # OTEL_EXPORTER_OTLP_HEADERS
tracer_provider.processors[0].schedule_delay  5s  # default
tracer_provider.processors[0].export_timeout  30s  # default
tracer_provider.processors[0].max_queue_size  65536  # default
tracer_provider.processors[0].max_export_batch_size  512  # default
meter_provider.exemplar_filter  trace_based  # default
meter_provider.readers[0]  over OTLP/HTTP to http://collector:4318/v1/metrics  # default
meter_provider.readers[0].exporter.endpoint  http://collector:4318/v1/metrics  # OTEL_EXPORTER_OTLP_ENDPOINT, corrected
meter_provider.readers[0].exporter.protocol  http/protobuf  # default
meter_provider.readers[0].exporter.compression  none  # default
meter_provider.readers[0].exporter.timeout  3s  # OTEL_EXPORTER_OTLP_TIMEOUT
meter_provider.readers[0].exporter.headers  authorization=***  # OTEL_EXPORTER_OTLP_HEADERS
meter_provider.readers[0].exporter.temporality_preference  cumulative  # default
meter_provider.readers[0].cardinality_limits.histogram  2000  # default
meter_provider.readers[0].interval  60s  # default
meter_provider.readers[0].timeout  30s  # default
"
        .to_owned()
            + LOGS
    );
}

/// What can be given to each variable, so that it is not what there is by default.
#[cfg(all(feature = "logs", feature = "tracing"))]
fn another_value(name: &str) -> &'static str {
    let ends = |end: &&(&str, &str)| name.ends_with(end.0);
    let values = [
        ("EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
        ("SAMPLER", "always_on"),
        ("_EXPORTER", "otlp"),
        ("ENDPOINT", "http://localhost:9"),
        ("HEADERS", "name=value"),
        ("COMPRESSION", "gzip"),
        ("PROTOCOL", "grpc"),
        ("CERTIFICATE", "ca.pem"),
        ("CLIENT_KEY", "key.pem"),
        ("DISABLED", "true"),
        ("STRICT", "true"),
        ("PRINT_CONFIG", "true"),
        ("SPAN_FIELDS", "true"),
        ("TRACING_SPANS", "warn"),
        ("PROPAGATORS", "b3"),
        ("RESOURCE_ATTRIBUTES", "a=b"),
        ("CORRELATION_HEADER", "x-request-id"),
        ("CORRELATION_SOURCE", "trace_id"),
        ("OF_DROPPED", "warn"),
        ("LOG_FORMAT", "text"),
        ("LOG_LEVEL", "warn"),
        ("EXEMPLAR_FILTER", "always_off"),
        ("OTEL_CONTEXT", "off"),
        ("DETECTORS", "none"),
        ("SENSITIVE", "hash"),
        ("SENSITIVE_KEY", "a key of 18 bytes."),
        ("SENSITIVE_KEYS", "password"),
        ("SHUTDOWN", "manual"),
        ("HOST", "127.0.0.1"),
        ("NAME", "billing"),
    ];
    values.iter().find(ends).map_or("7", |(_, value)| value)
}

/// With every feature, since logs have variables of their own.
#[cfg(all(feature = "logs", feature = "tracing"))]
#[test]
fn every_variable_is_shown_as_the_origin_of_what_it_sets() {
    // A file is an origin itself, and of aggregations and conventions there is one. The others say how an endpoint, or the sampler,
    // is meant.
    let nothing = [
        "CONFIG_FILE",
        "AGGREGATION",
        "OPT_IN",
        "_INSECURE",
        "SAMPLER_ARG",
    ];
    let sets = |name: &String| !nothing.iter().any(|end| name.ends_with(end));
    let mut missing = Vec::new();
    for set in super::super::process::tests::all_known()
        .into_iter()
        .filter(sets)
    {
        // A client's certificate is not used without its key.
        let beside = match set.strip_suffix("CLIENT_KEY") {
            Some(start) => format!("{start}CLIENT_CERTIFICATE"),
            None => set.replace("CLIENT_CERTIFICATE", "CLIENT_KEY"),
        };
        let config = Config::from_vars(|name| match name {
            name if name == set || name == beside => Some(another_value(name).to_owned()),
            "OTEL_TRACES_EXPORTER" | "OTEL_LOGS_EXPORTER" => Some("otlp".to_owned()),
            "OTEL_METRICS_EXPORTER" => Some("otlp,prometheus".to_owned()),
            "PHOENIX_TRACE_SENSITIVE" if set.ends_with("_KEY") => Some("hash".to_owned()),
            "PHOENIX_TRACE_SENSITIVE_KEY" => Some("a key of 18 bytes.".to_owned()),
            _ => None,
        });
        let shown = config.to_string();
        if !shown.lines().any(|line| line.contains(&format!("# {set}"))) {
            missing.push(set);
        }
    }
    assert_eq!(missing, [""; 0]);
}
