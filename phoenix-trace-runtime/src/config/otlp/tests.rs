//! What variables and code ask for, as it will be used.

use std::time::Duration;

use super::{Compression, Otlp, Protocol, Settings};
use crate::config::Config;
use crate::config::target::Target;

fn config(vars: &[(&str, &str)]) -> Config {
    let var = |name: &str| vars.iter().find(|(there, _)| *there == name);
    Config::from_vars(|name| var(name).map(|(_, value)| (*value).to_owned()))
}

fn settings_of(config: &Config) -> &Settings {
    match config.targets.first() {
        Target::Otlp(target) => &target.settings,
        target => panic!("not OTLP: {target:?}"),
    }
}

/// What these variables make, which are all right.
fn settings(vars: &[(&str, &str)]) -> Settings {
    let config = config(vars);
    assert_eq!(config.problems(), [], "{vars:?}");
    settings_of(&config).clone()
}

/// What is said about these variables, which are not, and what they make.
fn wrong(vars: &[(&str, &str)]) -> (String, Settings) {
    let config = config(vars);
    let problems: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
    (problems.join("\n"), settings_of(&config).clone())
}

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const OF_TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const EXPORTER: (&str, &str) = ("OTEL_TRACES_EXPORTER", "otlp");
const GRPC: (&str, &str) = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
const METHOD: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

#[test]
fn without_more_it_is_http_to_this_host() {
    let settings = settings(&[EXPORTER]);
    assert_eq!(settings.protocol, Protocol::HttpProtobuf);
    assert_eq!(settings.uri, "http://localhost:4318/v1/traces");
    assert_eq!(settings.compression, Compression::None);
    assert_eq!(settings.timeout, Some(Duration::from_secs(10)));
    assert!(settings.headers.is_empty() && settings.client.is_none());
}

#[test]
fn without_more_grpc_goes_to_this_host() {
    let settings = settings(&[EXPORTER, GRPC]);
    assert_eq!(
        settings.uri,
        format!("http://localhost:4317{METHOD}").as_str()
    );
    assert_eq!(
        settings.to_string(),
        "over OTLP/gRPC to http://localhost:4317"
    );
}

#[test]
fn the_path_of_traces_is_added_to_an_endpoint_for_all_signals() {
    for (url, uri) in [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        (
            "https://collector/otlp/",
            "https://collector/otlp/v1/traces",
        ),
        (
            "http://[::1]:4318/a?b=c",
            "http://[::1]:4318/a/v1/traces?b=c",
        ),
    ] {
        assert_eq!(settings(&[(ENDPOINT, url)]).uri, uri);
    }
}

#[test]
fn an_endpoint_for_traces_wins_and_is_used_as_it_is() {
    for (url, uri) in [
        (
            "http://collector:4318/custom",
            "http://collector:4318/custom",
        ),
        ("http://collector:4318", "http://collector:4318/"),
        (
            "http://collector:4318/a/?b=c",
            "http://collector:4318/a/?b=c",
        ),
    ] {
        let both = [(ENDPOINT, "http://other:1"), (OF_TRACES, url)];
        assert_eq!(settings(&both).uri, uri);
    }
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let vars = [
        (OF_TRACES, ""),
        (ENDPOINT, "http://collector:4318"),
        (GRPC.0, " "),
    ];
    assert_eq!(settings(&vars).uri, "http://collector:4318/v1/traces");
}

#[test]
fn a_grpc_endpoint_without_a_scheme_is_secure_unless_it_is_said_not_to_be() {
    let vars = [GRPC, (ENDPOINT, "collector:4317")];
    let uri = |scheme: &str| format!("{scheme}://collector:4317{METHOD}");
    assert_eq!(settings(&vars).uri, uri("https").as_str());
    for (name, value, scheme) in [
        ("OTEL_EXPORTER_OTLP_INSECURE", "TRUE", "http"),
        ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "true", "http"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "false", "https"),
    ] {
        let vars = [vars[0], vars[1], (name, value)];
        assert_eq!(settings(&vars).uri, uri(scheme).as_str(), "{name}={value}");
    }
    // A scheme is never overruled.
    let vars = [
        GRPC,
        (ENDPOINT, "https://collector:4317"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "true"),
    ];
    assert_eq!(settings(&vars).uri, uri("https").as_str());
}

#[test]
fn the_earlier_name_means_grpc() {
    const EARLIER: (&str, &str) = ("OTEL_COLLECTOR_ENDPOINT", "http://collector:4317");
    let settings = settings(&[EARLIER]);
    assert_eq!(
        settings.to_string(),
        "over OTLP/gRPC to http://collector:4317"
    );
    let settings = self::settings(&[EARLIER, (ENDPOINT, "http://other:4318")]);
    assert_eq!(
        settings.to_string(),
        "over OTLP/HTTP to http://other:4318/v1/traces"
    );
}

#[test]
fn what_is_said_of_traces_wins() {
    let of_traces = |name: &str| name.replace("OTLP_", "OTLP_TRACES_");
    for (name, general, own) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "grpc"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2", "a=3"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000", "250"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "zstd"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/a.pem", "/b.pem"),
    ] {
        let told = |settings: &Settings| {
            format!(
                "{settings:?} {:?} {:?}",
                settings.headers.keys(),
                settings.certificate
            )
        };
        let alone = settings(&[EXPORTER, (&of_traces(name), own)]);
        let both = settings(&[EXPORTER, (name, general), (&of_traces(name), own)]);
        let other = settings(&[EXPORTER, (name, general)]);
        assert_eq!(told(&both), told(&alone), "{name}");
        assert_ne!(told(&both), told(&other), "{name}");
    }
}

#[test]
fn headers_are_decoded_and_hidden() {
    let list = "authorization=Bearer%20abc%3D, X-Tenant = 4711 ,";
    let settings = settings(&[EXPORTER, ("OTEL_EXPORTER_OTLP_HEADERS", list)]);
    assert_eq!(settings.headers["authorization"], "Bearer abc=");
    assert_eq!(settings.headers["x-tenant"], "4711");
    assert!(settings.headers.values().all(|value| value.is_sensitive()));
}

#[test]
fn no_time_limit_is_asked_for_with_zero() {
    let vars = [EXPORTER, ("OTEL_EXPORTER_OTLP_TIMEOUT", "0")];
    assert_eq!(settings(&vars).timeout, None);
}

#[test]
fn a_client_certificate_needs_its_key() {
    const CERTIFICATE: (&str, &str) = ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/c.pem");
    const KEY: (&str, &str) = ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/k.pem");
    assert!(settings(&[EXPORTER, CERTIFICATE, KEY]).client.is_some());
    for (one, other) in [(CERTIFICATE, KEY), (KEY, CERTIFICATE)] {
        let (problems, settings) = wrong(&[EXPORTER, one]);
        assert!(settings.client.is_none());
        let names = |name: &str| problems.contains(name);
        assert!(names(one.0) && names(one.1) && names(other.0), "{problems}");
    }
}

#[test]
fn a_client_certificate_and_its_key_fall_back_each_by_itself() {
    let names = ["CLIENT_CERTIFICATE", "CLIENT_KEY"];
    for own in [[true, true], [true, false], [false, true], [false, false]] {
        for signal in ["TRACES", "METRICS", "LOGS"] {
            let name = |(rest, own): (&str, bool)| match own {
                true => format!("OTEL_EXPORTER_OTLP_{signal}_{rest}"),
                false => format!("OTEL_EXPORTER_OTLP_{rest}"),
            };
            let named: Vec<String> = names.into_iter().zip(own).map(name).collect();
            let mut vars = vec![(ENDPOINT, "https://collector")];
            vars.extend(named.iter().map(|name| (name.as_str(), name.as_str())));
            let general = names.map(|rest| format!("OTEL_EXPORTER_OTLP_{rest}"));
            for other in &general {
                if !named.contains(other) {
                    vars.push((other, other));
                }
            }
            let config = config(&vars).otlp(Otlp::http());
            assert_eq!(config.problems(), []);
            let settings = match signal {
                "TRACES" => settings_of(&config).clone(),
                "METRICS" => metrics_of(&config),
                _ => logs_of(&config),
            };
            let client = settings.client.expect("a certificate and a key");
            assert_eq!(
                [client.0, client.1].map(|file| file.named_by.into_owned()),
                *named
            );
        }
    }
}

fn metrics_of(config: &Config) -> Settings {
    match config.metrics_export(&mut Vec::new()).remove(0).target {
        crate::config::MetricsTarget::Otlp(settings) => *settings,
        target => panic!("not OTLP: {target:?}"),
    }
}

#[cfg(feature = "logs")]
fn logs_of(config: &Config) -> Settings {
    config.logs_export(&mut Vec::new()).expect("over OTLP")
}

#[cfg(not(feature = "logs"))]
fn logs_of(config: &Config) -> Settings {
    metrics_of(config)
}

#[test]
fn what_is_wrong_is_named_with_what_is_used_instead() {
    let check = |name: &str, value: &str, expected: &str| {
        assert_eq!(wrong(&[EXPORTER, (name, value)]).0, expected);
    };
    check(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/json",
        "OTEL_EXPORTER_OTLP_PROTOCOL=`http/json` cannot be used: expected grpc or http/protobuf; using the default instead",
    );
    check(
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
        "brotli",
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION=`brotli` cannot be used: expected none, gzip or zstd; using none instead",
    );
    check(
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "10s",
        "OTEL_EXPORTER_OTLP_TIMEOUT=`10s` cannot be used: expected a whole number of milliseconds, zero or more; using 10000 instead",
    );
    check(
        ENDPOINT,
        "collector:4318",
        "OTEL_EXPORTER_OTLP_ENDPOINT=`collector:4318` cannot be used: expected a URL such as `http://collector:4318`; using `http://collector:4318` instead",
    );
    check(
        OF_TRACES,
        "ftp://collector",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=`ftp://collector` cannot be used: expected a URL such as `http://collector:4318`; using `http://localhost:4318/v1/traces` instead",
    );
    check(
        OF_TRACES,
        "http://collector:99999",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=`http://collector:99999` cannot be used: expected a URL such as `http://collector:4318`; using `http://localhost:4318/v1/traces` instead",
    );
    check(
        "OTEL_EXPORTER_OTLP_INSECURE",
        "yes",
        "OTEL_EXPORTER_OTLP_INSECURE=`yes` cannot be used: expected true or false; using false instead",
    );
}

#[test]
fn credentials_in_a_url_are_neither_sent_nor_shown() {
    let (problems, settings) = wrong(&[(ENDPOINT, "https://user:secret@collector/a?key=secret")]);
    assert!(
        problems.contains("into the header `authorization`"),
        "{problems}"
    );
    assert_eq!(settings.uri, "https://collector/a/v1/traces?key=secret");
    let shown = format!("{problems} {settings} {settings:?}");
    assert!(
        !shown.contains("secret") && shown.contains("https://…@collector/a"),
        "{shown}"
    );
}

#[test]
fn wrong_headers_are_left_out_without_their_values() {
    let list = "a b=secret,ok=1,secret,content-length=secret,grpc-timeout=secret,x=se%0acret,y=%zz";
    let (problems, settings) = wrong(&[EXPORTER, ("OTEL_EXPORTER_OTLP_HEADERS", list)]);
    assert_eq!(settings.headers.len(), 1);
    assert_eq!(settings.headers["ok"], "1");
    assert_eq!(problems.lines().count(), 6, "{problems}");
    assert!(
        !problems.contains("secret") && !problems.contains("cret,"),
        "{problems}"
    );
    for name in [
        "`…=…`",
        "`content-length=…`",
        "`grpc-timeout=…`",
        "`x=…`",
        "number 3",
        "number 7",
    ] {
        assert!(problems.contains(name), "{name} in {problems}");
    }
}

#[test]
fn code_wins_over_variables_and_leaves_the_others() {
    let vars = [
        (ENDPOINT, "http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1,b=2"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
    ];
    let code = Otlp::grpc()
        .header("B", "3")
        .timeout(Duration::from_secs(2));
    let config = config(&vars).otlp(code);
    assert_eq!(config.problems(), []);
    let settings = settings_of(&config);
    assert_eq!(
        settings.to_string(),
        "over OTLP/gRPC to http://collector:4318"
    );
    assert_eq!(
        (&settings.headers["a"], &settings.headers["b"]),
        (&"1".parse().unwrap(), &"3".parse().unwrap())
    );
    assert_eq!(settings.compression, Compression::Gzip);
    assert_eq!(settings.timeout, Some(Duration::from_secs(2)));
    let config = self::config(&vars).otlp(Otlp::http().endpoint("https://other/base"));
    assert_eq!(settings_of(&config).uri, "https://other/base/v1/traces");
}

#[test]
fn what_is_wrong_in_the_environment_is_said_once() {
    let vars = [(ENDPOINT, "ftp://collector")];
    let config = config(&vars).otlp(Otlp::http()).otlp(Otlp::http());
    assert_eq!(config.problems().len(), 1, "{:?}", config.problems());
}
