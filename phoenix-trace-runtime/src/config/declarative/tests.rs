//! Files as users write them, and what comes of them.

use std::fmt::Write as _;

use super::*;
use crate::config::{MetricsExport, MetricsTarget};

/// A file of the environment in which `vars` are set.
fn config(text: &str, vars: &[(&str, &str)]) -> Config {
    let var = |name: &str| {
        let found = vars.iter().find(|(there, _)| *there == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::of_document(Document::parse("otel.yaml", text, &var), &var)
}

fn problems(config: &Config) -> Vec<String> {
    config.problems().iter().map(ToString::to_string).collect()
}

/// What is wrong with a file, after the line that every file begins with.
fn wrong(text: &str) -> Vec<String> {
    problems(&config(&format!("file_format: \"1.1\"\n{text}"), &[]))
}

/// The shape of the specification's comprehensive example: everything at its default.
const EVERYTHING_BY_DEFAULT: &str = r#"
# Every key that has a default, at it.
file_format: "1.1"
disabled: false
log_level: info
resource:
  attributes:
    - name: service.name
      value: unknown_service
attribute_limits:
  attribute_value_length_limit:
  attribute_count_limit: 128
propagator:
  composite:
    - tracecontext:
    - baggage:
tracer_provider:
  processors:
    - batch:
        schedule_delay: 5000
        export_timeout: 30000
        max_queue_size: 2048
        max_export_batch_size: 512
        exporter:
          otlp_http:
            endpoint: http://localhost:4318/v1/traces
            tls:
              ca_file:
              key_file:
              cert_file:
            compression: gzip
            timeout: 10000
  limits:
    attribute_value_length_limit:
    attribute_count_limit: 128
    event_count_limit: 128
    link_count_limit: 128
    event_attribute_count_limit: 128
    link_attribute_count_limit: 128
  sampler:
    parent_based:
      root:
        always_on:
      remote_parent_sampled:
        always_on:
      remote_parent_not_sampled:
        always_off:
      local_parent_sampled:
        always_on:
      local_parent_not_sampled:
        always_off:
meter_provider:
  readers:
    - periodic:
        interval: 60000
        timeout: 30000
        exporter:
          otlp_http:
            endpoint: http://localhost:4318/v1/metrics
            tls:
              ca_file:
              key_file:
              cert_file:
            compression: gzip
            timeout: 10000
            temporality_preference: cumulative
            default_histogram_aggregation: explicit_bucket_histogram
  exemplar_filter: trace_based
"#;

#[test]
fn an_example_with_every_default_loads() {
    let mut config = config(EVERYTHING_BY_DEFAULT, &[]);
    assert_eq!(problems(&config), [""; 0]);
    assert_eq!(
        config.summary(),
        "unknown_service (development): traces go over OTLP/HTTP to http://localhost:4318/v1/traces; metrics go over \
         OTLP/HTTP to http://localhost:4318/v1/metrics every 60s; sampling: parent based, else ratio 1, errors always; \
         configured by otel.yaml"
    );
    let exporters = config.take_exporters();
    let [exporter] = &exporters[..] else {
        panic!("{} exporters", exporters.len())
    };
    assert_eq!(exporter.sending.queue_spans, 2048);
}

/// The shape of the specification's first example: variables with defaults, and detectors.
const GETTING_STARTED: &str = r#"
file_format: "1.1"
resource:
  attributes_list: ${OTEL_RESOURCE_ATTRIBUTES}
propagator:
  composite:
    - tracecontext:
    - baggage:
tracer_provider:
  sampler:
    parent_based:
      root:
        always_on:
  processors:
    - batch:
        exporter:
          otlp_http:
            endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/traces
meter_provider:
  readers:
    - periodic:
        exporter:
          otlp_http:
            endpoint: ${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/metrics
"#;

#[test]
fn an_example_that_names_variables_takes_them_and_no_others() {
    let vars = [
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "service.name=billing,team=a%20b",
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        ("OTEL_SERVICE_NAME", "not named"),
        ("OTEL_TRACES_SAMPLER", "always_off"),
    ];
    let config = config(GETTING_STARTED, &vars);
    assert_eq!(problems(&config), [""; 0]);
    assert_eq!(
        config.summary(),
        "billing (development): traces go over OTLP/HTTP to http://collector:4318/v1/traces; metrics go over OTLP/HTTP to \
         http://collector:4318/v1/metrics every 60s; sampling: parent based, else ratio 1, errors always; \
         configured by otel.yaml"
    );
    let team = opentelemetry::Key::from_static_str("team");
    assert_eq!(
        config.sdk_resource().get(&team),
        Some(opentelemetry::Value::from("a b"))
    );
}

#[test]
fn json_is_yaml() {
    let config = config(
        r#"{"file_format": "1.1", "tracer_provider": {"processors": [{"simple": {"exporter": {"console": {}}}}],
            "sampler": {"trace_id_ratio_based": {"ratio": 0.25}}}}"#,
        &[],
    );
    assert_eq!(problems(&config), [""; 0]);
    let summary = config.summary();
    assert!(
        summary.ends_with(": traces go to this console; sampling: ratio 0.25, errors always; configured by otel.yaml"),
        "{summary}"
    );
}

#[test]
fn exporters_are_set_up_one_by_one() {
    let text = r#"
file_format: "1.1"
tracer_provider:
  processors:
    - batch:
        schedule_delay: 100
        exporter:
          otlp_grpc:
            endpoint: collector:4317
            tls: {insecure: true}
            headers:
              - {name: authorization, value: "${TOKEN}"}
              - {name: x-tenant, value: 007}
              - {name: x-unset, value: "${UNSET}"}
            headers_list: authorization=loses,x-listed=1
            compression: zstd
            timeout: 0
    - simple:
        exporter:
          console:
"#;
    let mut config = config(text, &[("TOKEN", "secret")]);
    assert_eq!(problems(&config), [""; 0]);
    assert_eq!(
        config.targets.to_string(),
        "over OTLP/gRPC to http://collector:4317, and to this console"
    );
    let Target::Otlp(target) = config.targets.first() else {
        panic!("{:?}", config.targets)
    };
    let settings = target.settings.clone();
    let mut headers: Vec<String> = settings
        .headers
        .iter()
        .map(|(name, value)| format!("{name}={}", value.to_str().unwrap_or("?")))
        .collect();
    headers.sort();
    assert_eq!(
        headers,
        ["authorization=secret", "x-listed=1", "x-tenant=007"]
    );
    assert_eq!(settings.timeout, None);
    let exporters = config.take_exporters();
    let delays: Vec<u128> = exporters
        .iter()
        .map(|exporter| exporter.sending.delay.as_millis())
        .collect();
    assert_eq!(delays, [100, 0]);
}

#[test]
fn resource_attributes_have_their_types() {
    let text = r#"
file_format: "1.1"
resource:
  attributes_list: team=loses,zone=a
  attributes:
    - {name: service.name, value: 42}
    - {name: service.version, value: 1.10}
    - {name: deployment.environment.name, value: production}
    - {name: team, value: wins}
    - {name: flag, value: true, type: bool}
    - {name: number, value: "7", type: int}
    - {name: share, value: 1, type: double}
    - {name: list, value: [1, 2], type: int_array}
    - {name: words, value: [a, "1"], type: string_array}
    - {name: unset, value: "${UNSET}", type: int}
    - {name: nothing, value: "${UNSET}"}
    - {name: wrong, value: many, type: int}
    - {value: nameless}
"#;
    let config = config(text, &[]);
    assert_eq!(config.service_name(), "42");
    assert_eq!(config.service_version(), Some("1.10"));
    let mut printed = String::new();
    let resource = config.sdk_resource();
    let mut pairs: Vec<String> = resource
        .iter()
        .filter(|(key, _)| !key.as_str().starts_with("telemetry."))
        .map(|(key, value)| format!("{key} = {value:?}"))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .for_each(|pair| writeln!(printed, "{pair}").expect("a string"));
    assert_eq!(
        printed,
        "\
deployment.environment.name = String(Static(\"production\"))
flag = Bool(true)
list = Array(I64([1, 2]))
nothing = String(Owned(\"\"))
number = I64(7)
service.name = String(Owned(\"42\"))
service.version = String(Owned(\"1.10\"))
share = F64(1.0)
team = String(Owned(\"wins\"))
words = Array(String([Owned(\"a\"), Owned(\"1\")]))
zone = String(Owned(\"a\"))
"
    );
    assert_eq!(
        problems(&config),
        [
            "otel.yaml:15:28: resource.attributes[9].value: `` cannot be used: expected a value of the type int; using no such \
             attribute instead",
            "otel.yaml:17:28: resource.attributes[11].value: `many` cannot be used: expected a value of the type int; using no \
             such attribute instead",
            "otel.yaml:18:7: resource.attributes[12]: `name` is missing; the attribute is left out",
        ]
    );
}

#[test]
fn samplers_are_those_of_the_recorder() {
    for (text, expected) in [
        ("always_on:", "ratio 1, errors always"),
        ("always_off: {}", "never"),
        (
            "trace_id_ratio_based: {ratio: 0.5}",
            "ratio 0.5, errors always",
        ),
        ("trace_id_ratio_based:", "ratio 1, errors always"),
        (
            "probability/development: {ratio: 0}",
            "ratio 0, errors always",
        ),
        ("parent_based:", "parent based, else ratio 1, errors always"),
        (
            "parent_based: {root: {probability/development: {ratio: 0.1}}}",
            "parent based, else ratio 0.1, errors always",
        ),
        ("composite/development: {always_off: }", "never"),
        (
            "jaeger_remote/development: {endpoint: \"http://jaeger:5778\", interval: 5000, initial_sampler: {always_off: }}",
            "asked for at http://jaeger:5778, until then ratio 0, errors always",
        ),
        (
            "composite/development: {parent_threshold: {root: {probability: {ratio: 0.1}}}}",
            "parent based, else ratio 0.1, errors always",
        ),
    ] {
        let text = format!(
            "file_format: \"1.1\"\ntracer_provider: {{processors: [simple: {{exporter: {{console: }}}}], sampler: {{{text}}}}}"
        );
        let config = config(&text, &[]);
        assert_eq!(problems(&config), [""; 0], "{text}");
        assert_eq!(config.effective_sampler().to_string(), expected, "{text}");
    }
}

#[test]
fn what_is_not_supported_is_told_and_the_rest_counts() {
    let text = "\
tracer_provider:
  id_generator: {custom: }
  sampler:
    parent_based:
      root: {jaeger_remote/development: {endpoint: \"http://jaeger:5778\", initial_sampler: {always_on: }}}
      remote_parent_not_sampled: {always_on: }
  processors:
    - batch: {exporter: {otlp_file/development: {output_stream: stdout}}}
    - simple: {exporter: {otlp_http: {encoding: json}}}
    - span_metrics: {}
meter_provider:
  exemplar_filter: always_on
  views: [{selector: , stream: }]
  readers:
    - pull: {cardinality_limits: {counter: 5}, exporter: {prometheus/development: {port: 9464}}}
    - periodic: {cardinality_limits: {default: 5}, exporter: {console: }}
    - periodic: {exporter: {console: }}
instrumentation/development: {general: {stability_opt_in_list: http}}
distribution: {another: {anything: 1}}
";
    assert_eq!(
        wrong(text),
        [
            "otel.yaml:3:18: tracer_provider.id_generator: unknown key `custom`; expected one of random",
            "otel.yaml:7:35: tracer_provider.sampler.parent_based.remote_parent_not_sampled.always_on: this is not supported; \
             using always_off instead",
            "otel.yaml:9:49: tracer_provider.processors[0].batch.exporter.otlp_file/development: this is not supported; it is \
             left out",
            "otel.yaml:10:49: tracer_provider.processors[1].simple.exporter.otlp_http.encoding: this is not supported; using \
             protobuf instead",
            "otel.yaml:11:7: tracer_provider.processors[2]: unknown key `span_metrics`; expected one of batch, simple",
            "otel.yaml:13:20: meter_provider.exemplar_filter: this is not supported; exemplars are spans of kept traces",
            "otel.yaml:14:10: meter_provider.views: this is not supported; every instrument is exported as it is",
            "otel.yaml:16:44: meter_provider.readers[0].pull.cardinality_limits.counter: this is not supported; the limit is the \
             SDK's, 2000",
            "otel.yaml:17:48: meter_provider.readers[1].periodic.cardinality_limits.default: this is not supported; the limit is \
             that of the first reader",
            "otel.yaml:18:17: meter_provider.readers[2].periodic: this is not supported; there is one reader for console, the \
             first",
            "otel.yaml:19:30: instrumentation/development: this is not supported; it is left out",
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_is_used_instead() {
    let text = "\
disabld: true
log_level: loud
propagator: {composite: [{tracecontext: }, {xray: }], composite_list: \"b3,ottrace\"}
tracer_provider:
  processors:
    - batch:
        schedule_delay: -1
        max_queue_size: 0
        exporter: {otlp_grpc: {endpoint: \"ftp://x\", compression: brotli, headers: [{name: \"a b\", value: secret}]}}
  limits: {event_count_limit: many}
  sampler: {trace_id_ratio_based: {ratio: 1.5}}
";
    let text = format!("file_format: \"2.0\"\n{text}");
    let config = config(&text, &[]);
    assert_eq!(
        problems(&config),
        [
            "otel.yaml:1:14: file_format: `2.0` cannot be used: expected 1.1; using 1.1 instead",
            "otel.yaml:2:1: unknown key `disabld`; did you mean `disabled`?",
            "otel.yaml:3:12: log_level: `loud` cannot be used: expected trace, trace2, trace3, trace4, debug, debug2, debug3, \
             debug4, info, info2, info3, info4, warn, warn2, warn3, warn4, error, error2, error3, error4, fatal, fatal2, \
             fatal3, fatal4; using info instead",
            "otel.yaml:4:45: propagator.composite[1]: unknown key `xray`; expected one of tracecontext, baggage, b3, b3multi, \
             jaeger",
            "otel.yaml:4:71: propagator.composite_list: `b3,ottrace` cannot be used: expected tracecontext, baggage, b3, \
             b3multi or jaeger; using the others instead",
            "otel.yaml:8:25: tracer_provider.processors[0].batch.schedule_delay: `-1` cannot be used: expected a whole number of \
             milliseconds, 0 or more; using 5000 instead",
            "otel.yaml:9:25: tracer_provider.processors[0].batch.max_queue_size: `0` cannot be used: expected a whole number, 1 \
             or more; using 65536 instead",
            "otel.yaml:10:66: tracer_provider.processors[0].batch.exporter.otlp_grpc.compression: `brotli` cannot be used: \
             expected gzip, zstd, none; using none instead",
            "otel.yaml:11:31: tracer_provider.limits.event_count_limit: `many` cannot be used: expected a whole number, 0 or \
             more; using 128 instead",
            "otel.yaml:12:43: tracer_provider.sampler.trace_id_ratio_based.ratio: `1.5` cannot be used: expected a number from 0 \
             to 1; using 1 instead",
            "otel.yaml:10:42: tracer_provider.processors[0].batch.exporter.otlp_grpc.endpoint=`ftp://x` cannot be used: expected \
             a URL such as `http://collector:4317`; using `http://localhost:4317` instead",
            "otel.yaml:10:105: tracer_provider.processors[0].batch.exporter.otlp_grpc.headers[0].value=`…=…` cannot be used: \
             expected the name and the value of a header that is not OTLP's own; using no such header instead",
        ]
    );
    let formats: Vec<&str> = config.propagators.iter().map(Propagator::as_str).collect();
    assert_eq!(formats, ["tracecontext", "b3"]);
}

#[test]
fn our_own_settings_stand_under_distribution() {
    let text = r#"
file_format: "1.1"
distribution:
  phoenix_trace:
    environment: production
    shutdown: manual
    correlation: {header: x-request-id, source: trace_id}
    sensitive: {policy: hash, key: "${KEY}"}
    limits: {spans_per_segment: 100, grace_period: 1000, cut_after: 2000, open_segments: 10, undecided_bytes: 4096}
"#;
    let config = config(text, &[("KEY", "a key of sixteen bytes")]);
    assert_eq!(problems(&config), [""; 0]);
    assert_eq!(config.environment.as_str(), "production");
    assert_eq!(config.shutdown, crate::config::Shutdown::Manual);
    assert_eq!(config.propagators.correlation_name(), "x-request-id");
    assert_eq!(format!("{:?}", config.effective_sensitive()), "Hash");
    let limits = &config.limits;
    assert_eq!(
        (
            limits.spans_per_segment,
            limits.open_segments,
            limits.undecided_bytes
        ),
        (100, 10, 4096)
    );
    assert_eq!((limits.grace.as_secs(), limits.cut.as_secs()), (1, 2));
    assert_eq!(
        wrong("distribution: {phoenix_trace: {limit: {}}}"),
        ["otel.yaml:2:32: distribution.phoenix_trace: unknown key `limit`; did you mean `limits`?"]
    );
}

#[test]
fn what_holds_nothing_needs_no_support() {
    assert_eq!(
        wrong("instrumentation/development: {general: {stability_opt_in_list: }}"),
        [""; 0]
    );
}

#[test]
fn code_wins_over_the_file() {
    use crate::sampling::Sampler;
    let config = config(EVERYTHING_BY_DEFAULT, &[])
        .service("billing")
        .sampler(Sampler::ratio(0.5))
        .max_events(3)
        .no_metrics();
    assert_eq!(
        config.summary(),
        "billing (development): traces go over OTLP/HTTP to http://localhost:4318/v1/traces; sampling: ratio 0.5, errors \
         always; configured by otel.yaml"
    );
    assert_eq!(config.limits.events, 3);
    let mut delayed = config.export_delay(std::time::Duration::from_millis(7));
    assert_eq!(delayed.take_exporters()[0].sending.delay.as_millis(), 7);
}

#[test]
fn a_file_that_is_broken_leaves_the_defaults_and_exports_nothing() {
    let broken = config("a: [", &[]);
    assert_eq!(
        problems(&broken),
        [
            "otel.yaml:2:1: this is not YAML: while parsing a node, did not find expected node content; using the defaults instead, and nothing is exported"
        ]
    );
    assert_eq!(broken.targets.to_string(), "nowhere");
    let missing =
        Config::from_vars(|name| (name == VARIABLE).then(|| "/nowhere/otel.yaml".to_owned()));
    let [problem] = &problems(&missing)[..] else {
        panic!("{:?}", missing.problems())
    };
    assert!(
        problem.starts_with("/nowhere/otel.yaml: it cannot be read: "),
        "{problem}"
    );
    let empty = wrong("");
    assert_eq!(empty, [""; 0]);
    assert!(config("", &[]).problems().len() == 1);
}

/// The one reader of metrics.
fn only_reader(config: &Config) -> MetricsExport {
    let mut readers = config.metrics_export(&mut Vec::new());
    assert_eq!(readers.len(), 1, "{readers:?}");
    readers.remove(0)
}

#[test]
fn metrics_go_the_ways_of_all_readers() {
    let text = "
file_format: \"1.1\"
meter_provider:
  readers:
    - pull: {cardinality_limits: {default: 70}, exporter: {prometheus/development: {port: 9000}}}
    - periodic: {interval: 1000, timeout: 500, exporter: {otlp_grpc: {endpoint: \"http://m:4317\"}}}
    - periodic: {exporter: {console: }}
";
    let read = config(text, &[]);
    assert_eq!(problems(&read), [""; 0]);
    let readers = read.metrics_export(&mut Vec::new());
    let of = |reader: &MetricsExport| format!("{reader}, within {:?}", reader.timeout);
    let all: Vec<String> = readers.iter().map(of).collect();
    assert_eq!(
        all,
        [
            "to whoever scrapes http://localhost:9000/metrics, within 30s",
            "over OTLP/gRPC to http://m:4317 every 1s, within 500ms",
            "to this console every 60s, within 30s",
        ]
    );
    let effective = read.to_string();
    let effective: Vec<String> = effective
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for row in [
        "meter_provider.readers[0] to whoever scrapes http://localhost:9000/metrics # otel.yaml:5:13",
        "meter_provider.readers[1].exporter.protocol grpc # otel.yaml:6:17",
        "meter_provider.readers[1].exporter.timeout 10s # default",
        "meter_provider.readers[1].interval 1s # otel.yaml:6:28",
        "meter_provider.readers[1].timeout 500ms # otel.yaml:6:43",
        "meter_provider.readers[1].cardinality_limits.histogram 70 # otel.yaml:5:44",
        "meter_provider.readers[2].interval 60s # default",
    ] {
        assert!(
            effective.iter().any(|line| line == row),
            "{row}: {effective:#?}"
        );
    }
    let in_code = read.metric_interval(std::time::Duration::from_secs(2));
    let intervals = in_code.metrics_export(&mut Vec::new());
    let intervals: Vec<_> = intervals.iter().map(|it| it.interval.as_secs()).collect();
    assert_eq!(intervals[1..], [2, 2]);
}

#[test]
fn metrics_go_where_their_reader_says() {
    let text = "
file_format: \"1.1\"
meter_provider:
  readers:
    - periodic: {interval: 1000, timeout: 0, exporter: {otlp_grpc: {endpoint: \"http://m:4317\"}}}
";
    let config = config(text, &[]);
    assert_eq!(problems(&config), [""; 0]);
    let export = only_reader(&config);
    assert!(matches!(export.target, MetricsTarget::Otlp(_)));
    assert_eq!(
        export.to_string(),
        "over OTLP/gRPC to http://m:4317 every 1s"
    );
    // Without a tracer provider there are no traces.
    assert_eq!(config.targets.to_string(), "nowhere");
}

#[cfg(feature = "logs")]
#[test]
fn logs_go_where_their_processor_says() {
    let to = |text: &str| {
        let config = config(&format!("file_format: \"1.1\"\n{text}"), &[]);
        assert_eq!(problems(&config), [""; 0]);
        let export = config.logs_export(&mut Vec::new());
        export.map(|settings| settings.to_string())
    };
    let traces =
        "tracer_provider:\n  processors:\n    - batch:\n        exporter:\n          otlp_grpc:\n";
    assert_eq!(to(traces), None, "without a provider there is no export");
    let logs = "logger_provider:
  processors:
    - batch:
        schedule_delay: 100
        exporter:
          otlp_http:
            endpoint: http://loki:3100/otlp/v1/logs
  limits:
    attribute_count_limit: 16
distribution:
  phoenix_trace:
    logs:
      format: text
      of_dropped: warn
      span_fields: true
      levels: warn,my_crate=debug
";
    let expected = "over OTLP/HTTP to http://loki:3100/otlp/v1/logs";
    assert_eq!(to(logs).as_deref(), Some(expected));
    let logs = config(&format!("file_format: \"1.1\"\n{logs}"), &[]).logs;
    assert_eq!(
        (
            logs.format,
            logs.of_dropped,
            logs.span_fields,
            logs.limits.fields
        ),
        (crate::LogFormat::Text, crate::LogsOfDropped::Warn, true, 16)
    );
    let console =
        "logger_provider:\n  processors:\n    - simple:\n        exporter:\n          console:\n";
    assert_eq!(to(console), None, "lines are written anyway");
    assert_eq!(
        wrong("distribution:\n  phoenix_trace:\n    logs:\n      levels: my_crate=loud\n"),
        [
            "otel.yaml:5:15: distribution.phoenix_trace.logs.levels: `my_crate=loud` cannot be used: expected levels by target, \
             such as warn,my_crate=debug; using info instead"
        ]
    );
}

#[test]
fn metrics_are_put_together_as_their_reader_says() {
    let how = |reader: &str| {
        let text = format!("file_format: \"1.1\"\nmeter_provider: {{readers: [{{{reader}}}]}}\n");
        let config = config(&text, &[]);
        assert_eq!(problems(&config), [""; 0], "{reader}");
        let export = only_reader(&config);
        format!(
            "{export}: {}, {}",
            export.temporality, config.metrics.series
        )
    };
    assert_eq!(
        how(
            "periodic: {cardinality_limits: {default: 70, histogram: 50}, \
             exporter: {otlp_http: {temporality_preference: delta}}}"
        ),
        "over OTLP/HTTP to http://localhost:4318/v1/metrics every 60s: delta, 50"
    );
    assert_eq!(
        how(
            "pull: {cardinality_limits: {default: 70}, exporter: {prometheus/development: {host: ::1, port: 9000}}}"
        ),
        "to whoever scrapes http://[::1]:9000/metrics: cumulative, 70"
    );
    assert_eq!(
        how("pull: {exporter: {prometheus/development: }}"),
        "to whoever scrapes http://localhost:9464/metrics: cumulative, 2000"
    );
}

#[test]
fn a_host_that_is_none_is_told_with_what_is_used_instead() {
    assert_eq!(
        wrong(
            "meter_provider: {readers: [{pull: {exporter: {prometheus/development: {host: \"http://a\"}}}}]}\n"
        ),
        [
            "otel.yaml:2:78: meter_provider.readers[0].pull.exporter.prometheus/development.host: `http://a` cannot be used: \
             expected an IP address or the name of a host; using localhost instead"
        ]
    );
}

#[test]
fn times_are_told_to_be_milliseconds() {
    assert_eq!(
        wrong(
            "tracer_provider: {processors: [batch: {schedule_delay: 5s, exporter: {console: }}]}\n"
        ),
        [
            "otel.yaml:2:56: tracer_provider.processors[0].batch.schedule_delay: `5s` cannot be used: expected a whole \
             number of milliseconds, 0 or more; using 5000 instead"
        ]
    );
}
