//! What variables and code ask for, as it will be used.

use super::*;

fn config(vars: &[(&str, &str)]) -> Config {
    let var = |name: &str| vars.iter().find(|(there, _)| *there == name);
    Config::from_vars(|name| var(name).map(|(_, value)| (*value).to_owned()))
}

/// Where the metrics of a configuration go, in which nothing is wrong.
#[track_caller]
fn goes(config: &Config) -> String {
    assert_eq!(config.problems(), []);
    let exports = config.metrics_export(&mut Vec::new());
    match exports.is_empty() {
        true => "nowhere".to_owned(),
        false => listed(&exports),
    }
}

#[track_caller]
fn check(vars: &[(&str, &str)], expected: &str) {
    assert_eq!(goes(&config(vars)), expected, "{vars:?}");
}

/// The one way that metrics go.
#[track_caller]
fn only(config: &Config) -> MetricsExport {
    assert_eq!(config.problems(), []);
    let mut exports = config.metrics_export(&mut Vec::new());
    assert_eq!(exports.len(), 1, "{exports:?}");
    exports.remove(0)
}

fn settings(config: &Config) -> Settings {
    match only(config).target {
        MetricsTarget::Otlp(settings) => *settings,
        other => panic!("not over OTLP: {other:?}"),
    }
}

const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318");
const OF_TRACES: (&str, &str) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:1/x");
const OF_METRICS: (&str, &str) = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics:1/x");
const OVER_OTLP: (&str, &str) = ("OTEL_TRACES_EXPORTER", "otlp");

#[test]
fn by_default_they_go_where_traces_go_if_that_is_over_otlp() {
    check(&[], "nowhere");
    check(
        &[ENDPOINT],
        "over OTLP/HTTP to http://all:4318/v1/metrics every 60s",
    );
    check(
        &[OVER_OTLP],
        "over OTLP/HTTP to http://localhost:4318/v1/metrics every 60s",
    );
    check(
        &[("OTEL_COLLECTOR_ENDPOINT", "http://collector:4317")],
        "over OTLP/gRPC to http://collector:4317 every 60s",
    );
    check(&[ENDPOINT, ("OTEL_TRACES_EXPORTER", "console")], "nowhere");
    check(&[ENDPOINT, ("OTEL_TRACES_EXPORTER", "none")], "nowhere");
    let listed = ("OTEL_TRACES_EXPORTER", "console,otlp");
    check(
        &[ENDPOINT, listed],
        "over OTLP/HTTP to http://all:4318/v1/metrics every 60s",
    );
}

#[test]
fn an_endpoint_for_metrics_wins_and_is_used_as_it_is() {
    const THERE: &str = "over OTLP/HTTP to http://metrics:1/x every 60s";
    check(&[ENDPOINT, OF_METRICS], THERE);
    check(&[OF_METRICS, ("OTEL_TRACES_EXPORTER", "console")], THERE);
    // Nobody has said that what takes traces there takes metrics.
    check(&[OF_TRACES], "nowhere");
    check(&[OF_TRACES, OF_METRICS], THERE);
    check(
        &[OF_TRACES, ENDPOINT],
        "over OTLP/HTTP to http://all:4318/v1/metrics every 60s",
    );
}

#[test]
fn the_exporter_is_chosen_by_its_variable() {
    let of = |value| ("OTEL_METRICS_EXPORTER", value);
    check(&[ENDPOINT, of("none")], "nowhere");
    check(&[ENDPOINT, of("console")], "to this console every 60s");
    check(&[of("console")], "to this console every 60s");
    check(
        &[of("otlp")],
        "over OTLP/HTTP to http://localhost:4318/v1/metrics every 60s",
    );
    check(
        &[of("otlp"), OF_TRACES],
        "over OTLP/HTTP to http://localhost:4318/v1/metrics every 60s",
    );
}

#[test]
fn each_variable_of_metrics_wins_over_the_one_for_all() {
    for (name, general, own) in [
        ("PROTOCOL", "http/protobuf", "grpc"),
        ("HEADERS", "a=1,b=2", "a=3"),
        ("TIMEOUT", "1000", "250"),
        ("COMPRESSION", "gzip", "zstd"),
        ("CERTIFICATE", "/a.pem", "/b.pem"),
    ] {
        let (all, metrics) = (
            format!("OTEL_EXPORTER_OTLP_{name}"),
            format!("OTEL_EXPORTER_OTLP_METRICS_{name}"),
        );
        let told = |vars: &[(&str, &str)]| {
            let settings = settings(&config(vars));
            let (headers, certificate) = (settings.headers.clone(), &settings.certificate);
            let values: Vec<_> = headers.values().filter_map(|v| v.to_str().ok()).collect();
            let certificate = certificate.as_ref().map(|file| &file.path);
            format!("{settings:?} {values:?} {certificate:?}")
        };
        let alone = told(&[OVER_OTLP, (&metrics, own)]);
        let both = told(&[OVER_OTLP, (&all, general), (&metrics, own)]);
        let other = told(&[OVER_OTLP, (&all, general)]);
        assert_eq!(both, alone, "{name}");
        assert_ne!(both, other, "{name}");
    }
    let insecure = [
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_METRICS_INSECURE", "true"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "metrics:4317"),
    ];
    check(&insecure, "over OTLP/gRPC to http://metrics:4317 every 60s");
    check(
        &[insecure[0], insecure[2]],
        "over OTLP/gRPC to https://metrics:4317 every 60s",
    );
    let client = [
        OF_METRICS,
        ("OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", "/c.pem"),
        ("OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "/k.pem"),
    ];
    assert!(settings(&config(&client)).client.is_some());
}

#[test]
fn interval_and_timeout_are_set() {
    let vars = [
        ENDPOINT,
        ("OTEL_METRIC_EXPORT_INTERVAL", "1500"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "250"),
    ];
    let times = |config: Config| {
        let export = only(&config);
        (export.interval.as_millis(), export.timeout.as_millis())
    };
    assert_eq!(times(config(&[ENDPOINT])), (60_000, 30_000));
    assert_eq!(times(config(&vars)), (1_500, 250));
    let in_code = config(&vars)
        .metric_interval(Duration::from_secs(2))
        .metric_timeout(Duration::from_secs(3));
    assert_eq!(times(in_code), (2_000, 3_000));
    let shortest = config(&vars).metric_interval(Duration::ZERO);
    assert_eq!(times(shortest).0, 1);
    let no_limit = Duration::MAX.as_millis();
    let zero = config(&[ENDPOINT, ("OTEL_METRIC_EXPORT_TIMEOUT", "0")]);
    assert_eq!(times(zero).1, no_limit);
    let zero_in_code = config(&vars).metric_timeout(Duration::ZERO);
    assert_eq!(times(zero_in_code).1, no_limit);
}

#[test]
fn temporality_and_series_are_set_where_they_matter() {
    let how = |config: Config| (only(&config).temporality.to_string(), config.metrics.series);
    let delta = ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta");
    let series = ("PHOENIX_TRACE_METRIC_SERIES", "50");
    assert_eq!(how(config(&[ENDPOINT])), ("cumulative".to_owned(), 2000));
    let set = || config(&[ENDPOINT, delta, series]);
    assert_eq!(how(set()), ("delta".to_owned(), 50));
    let in_code = set()
        .metric_temporality(MetricTemporality::LowMemory)
        .metric_series(0);
    assert_eq!(how(in_code), ("lowmemory".to_owned(), 1));
    let at_hand = set().metrics_prometheus("::1", 9000);
    assert_eq!(how(at_hand), ("cumulative".to_owned(), 50));
}

#[test]
fn prometheus_scrapes_where_its_variables_or_code_say() {
    let chosen = ("OTEL_METRICS_EXPORTER", "prometheus");
    check(
        &[ENDPOINT, chosen],
        "to whoever scrapes http://localhost:9464/metrics",
    );
    let host = ("OTEL_EXPORTER_PROMETHEUS_HOST", "10.0.0.7");
    let port = ("OTEL_EXPORTER_PROMETHEUS_PORT", "9000");
    check(
        &[chosen, host, port],
        "to whoever scrapes http://10.0.0.7:9000/metrics",
    );
    for (host, shown) in [
        ("[::1]", "[::1]"),
        ("fe80::1%eth0", "[fe80::1%eth0]"),
        (" metrics-1.internal ", "metrics-1.internal"),
        ("my_service", "my_service"),
    ] {
        let host = ("OTEL_EXPORTER_PROMETHEUS_HOST", host);
        let to = format!("to whoever scrapes http://{shown}:9464/metrics");
        check(&[chosen, host], &to);
    }
    let in_code = config(&[chosen]).metrics_prometheus("no host", 9000);
    assert_eq!(
        in_code.problems()[0].to_string(),
        "Config::metrics_prometheus=`no host` cannot be used: expected an IP address or the name of a host; using localhost instead"
    );
    let in_code = config(&[chosen, host]).metrics_prometheus("::1", 0);
    assert_eq!(goes(&in_code), "to whoever scrapes http://[::1]:0/metrics");
}

#[test]
fn they_go_several_ways_at_once() {
    const BOTH: &str = "over OTLP/HTTP to http://all:4318/v1/metrics every 60s and to whoever scrapes \
                        http://localhost:9464/metrics";
    let listed = |list| [ENDPOINT, ("OTEL_METRICS_EXPORTER", list)];
    check(&listed("otlp,prometheus"), BOTH);
    check(&listed(" otlp , prometheus,,otlp"), BOTH);
    check(
        &listed("console,prometheus"),
        "to this console every 60s and to whoever scrapes http://localhost:9464/metrics",
    );
    // What code asks for is all there is, and one of a kind.
    let config = config(&listed("console,otlp"))
        .metrics_prometheus("::1", 9000)
        .metrics_otlp(Otlp::grpc().endpoint("http://one:4317"))
        .metrics_otlp(Otlp::grpc().endpoint("http://other:4317"));
    assert_eq!(
        goes(&config),
        "to whoever scrapes http://[::1]:9000/metrics and over OTLP/gRPC to http://other:4317 every 60s"
    );
    assert_eq!(goes(&config.no_metrics()), "nowhere");
}

#[test]
fn code_wins_over_variables() {
    let with = || config(&[ENDPOINT, ("OTEL_EXPORTER_OTLP_HEADERS", "a=1")]);
    assert_eq!(goes(&with().no_metrics()), "nowhere");
    assert_eq!(goes(&with().metrics_console()), "to this console every 60s");
    let otlp = Otlp::grpc().endpoint("http://other:4317").header("b", "2");
    let elsewhere = with().no_metrics().metrics_otlp(otlp.clone());
    assert_eq!(
        goes(&elsewhere),
        "over OTLP/gRPC to http://other:4317 every 60s"
    );
    assert_eq!(settings(&elsewhere).headers.len(), 2);
    // Unless something is said of metrics, they follow the traces, with what code says of those.
    let follow = Config::default().otlp(otlp.clone());
    assert_eq!(
        goes(&follow),
        "over OTLP/gRPC to http://other:4317 every 60s"
    );
    assert_eq!(settings(&follow).headers["b"], "2");
    assert_eq!(goes(&with().otlp(otlp.clone()).console()), "nowhere");
}

#[test]
fn what_code_says_of_traces_is_not_told_to_another_receiver() {
    let otlp = Otlp::grpc()
        .endpoint("http://traces:4317")
        .header("token", "secret");
    let config = config(&[OF_METRICS]).otlp(otlp);
    assert_eq!(
        goes(&config),
        "over OTLP/HTTP to http://metrics:1/x every 60s"
    );
    assert!(settings(&config).headers.is_empty());
}

#[test]
fn what_is_wrong_is_named_once_with_what_is_used_instead() {
    let check = |vars: &[(&str, &str)], expected: &str| {
        let config = config(vars);
        let problems: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
        assert_eq!(problems, [expected], "{vars:?}");
    };
    check(
        &[("OTEL_METRICS_EXPORTER", "statsd")],
        "OTEL_METRICS_EXPORTER=`statsd` cannot be used: expected otlp, console, prometheus, several of them separated by commas, or none; using the default instead",
    );
    check(
        &[("OTEL_METRICS_EXPORTER", "statsd,otlp,none,prometheus")],
        "OTEL_METRICS_EXPORTER=`statsd,otlp,none,prometheus` cannot be used: expected otlp, console, prometheus, several of them separated by commas, or none; using otlp,prometheus instead",
    );
    for host in [
        "http://10.0.0.7",
        "10.0.0.7:9464",
        "[10.0.0.7]",
        "[::1",
        "a b",
    ] {
        check(
            &[("OTEL_EXPORTER_PROMETHEUS_HOST", host)],
            &format!(
                "OTEL_EXPORTER_PROMETHEUS_HOST=`{host}` cannot be used: expected an IP address or the name of a host; using \
                 localhost instead"
            ),
        );
    }
    check(
        &[("OTEL_EXPORTER_PROMETHEUS_PORT", "94640")],
        "OTEL_EXPORTER_PROMETHEUS_PORT=`94640` cannot be used: expected a port; using 9464 instead",
    );
    check(
        &[(
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "totals",
        )],
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=`totals` cannot be used: expected cumulative, delta or lowmemory; using cumulative instead",
    );
    check(
        &[(
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "base2_exponential_bucket_histogram",
        )],
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=`base2_exponential_bucket_histogram` cannot be used: expected explicit_bucket_histogram, the only one that is supported; using explicit_bucket_histogram instead",
    );
    check(
        &[("PHOENIX_TRACE_METRIC_SERIES", "0")],
        "PHOENIX_TRACE_METRIC_SERIES=`0` cannot be used: expected a whole number, one or more; using 2000 instead",
    );
    check(
        &[("OTEL_METRIC_EXPORT_INTERVAL", "0")],
        "OTEL_METRIC_EXPORT_INTERVAL=`0` cannot be used: expected a whole number of milliseconds, one or more; using 60000 instead",
    );
    check(
        &[("OTEL_METRIC_EXPORT_TIMEOUT", "30s")],
        "OTEL_METRIC_EXPORT_TIMEOUT=`30s` cannot be used: expected a whole number of milliseconds, zero or more; using 30000 instead",
    );
    check(
        &[("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://metrics")],
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=`ftp://metrics` cannot be used: expected a URL such as `http://collector:4318`; using `http://localhost:4318/v1/metrics` instead",
    );
    check(
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://all")],
        "OTEL_EXPORTER_OTLP_ENDPOINT=`ftp://all` cannot be used: expected a URL such as `http://collector:4318`; using `http://localhost:4318/v1/traces` instead",
    );
    check(
        &[ENDPOINT, ("OTEL_EXPORTER_OTLP_HEADERS", "secret")],
        "OTEL_EXPORTER_OTLP_HEADERS=`…, number 1` cannot be used: expected a list such as `name=value,name=value`, values percent-encoded; using the other headers instead",
    );
}

#[test]
fn the_first_line_says_where_they_go() {
    let summary = config(&[ENDPOINT]).service("billing").summary();
    assert!(
        summary.contains("; metrics go over OTLP/HTTP to http://all:4318/v1/metrics every 60s;"),
        "{summary}"
    );
    assert!(!config(&[]).summary().contains("metrics"));
}
