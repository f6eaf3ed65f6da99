//! What a tired operator writes, or a hostile one, and what is told of it: never a secret, never a line that is not ours.

use super::*;

fn of_variables(variables: &[(&str, &str)]) -> Config {
    Config::from_vars(|name| {
        let found = variables.iter().find(|(there, _)| *there == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

/// A file of this text, in an environment in which `VALUE` is set.
fn of_file(text: &[u8], value: &str) -> Config {
    of_file_called("phoenix-hostile", text, value)
}

/// The same, with a name that begins so.
fn of_file_called(name: &str, text: &[u8], value: &str) -> Config {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir();
    let file = folder.join(format!("{name}-{}-{number}", std::process::id()));
    std::fs::write(&file, text).expect("written");
    let config = Config::of_file(&file, &|name| (name == "VALUE").then(|| value.to_owned()));
    std::fs::remove_file(&file).expect("removed");
    config
}

/// Everything that is said of a configuration; problems first, each a line.
fn said(config: &Config) -> String {
    format!("{}\n{config:?}", shown(config))
}

/// The same as it is printed, where nobody asks for more.
fn shown(config: &Config) -> String {
    let mut said: String = config
        .problems()
        .iter()
        .fold(String::new(), |said, problem| {
            said + &format!("{problem}\n")
        });
    said += &format!("{}\n{config}", config.summary());
    said
}

/// The file is called `F`, and has this problem.
#[track_caller]
fn check(text: &str, expected: &str) {
    let config = of_file(text.as_bytes(), "");
    let name = std::env::temp_dir()
        .join("phoenix-hostile-")
        .display()
        .to_string();
    let problems = config.problems().iter().map(|problem| {
        let problem = problem.to_string();
        match problem
            .strip_prefix(&name)
            .and_then(|rest| rest.split_once(':'))
        {
            Some((_, rest)) => format!("F:{rest}"),
            None => problem,
        }
    });
    assert_eq!(problems.collect::<Vec<_>>().join("\n"), expected, "{text}");
}

#[test]
fn no_secret_is_shown_wherever_it_stands() {
    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318");
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----";
    for variable in [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http//user:secret@collector:4318",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://user:secret/@collector:4318",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "https://collector:4318?token=secret",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization: Bearer secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer secret="),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret="),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", KEY),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", KEY),
    ] {
        let said = said(&of_variables(&[variable, ENDPOINT]));
        assert!(!said.contains("secret"), "{variable:?}: {said}");
    }
    for argument in [
        "endpoint=http://user:secret@jaeger:5778",
        "endpoint=user:secret@jaeger",
    ] {
        let variables = [
            ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
            ("OTEL_TRACES_SAMPLER_ARG", argument),
        ];
        let config = of_variables(&variables);
        let said = format!("{:?} {} {config}", config.problems(), config.summary());
        assert!(!said.contains("secret"), "{argument}: {said}");
    }
    for exporter in [
        "headers: \"authorization=secret\"",
        "headers: [\"authorization=secret\"]",
        "headers: {authorization: secret}",
        "headers: [{authorization: secret}]",
        "headers: [{name: [secret], value: secret}]",
        "headers: [{name: \"secret secret\", value: a}]",
        "headers: [{name: authorization, value: [secret]}]",
        "headers: [{name: authorization, value: secret}]",
        "headers: [{name: authorization, value: \"${VALUE}\"}]",
        "headers_list: [secret]",
        "headers_list: \"Bearer secret=\"",
        "endpoint: \"http://user:secret@collector:4318?token=secret\"",
        "tls: {key_file: \"-----BEGIN secret\"}",
        "tls: \"-----BEGIN secret\"",
    ] {
        let text = format!(
            "tracer_provider: {{processors: [batch: {{exporter: {{otlp_http: {{{exporter}}}}}}}]}}"
        );
        let said = said(&of_file(text.as_bytes(), "secret"));
        assert!(!said.contains("secret"), "{exporter}: {said}");
    }
    for sensitive in [
        "secret",
        "{policy: hash, key: secret}",
        "{policy: hash, key: [secret]}",
    ] {
        let text = format!("distribution: {{phoenix_trace: {{sensitive: {sensitive}}}}}");
        let said = said(&of_file(text.as_bytes(), ""));
        assert!(!said.contains("secret"), "{sensitive}: {said}");
    }
}

#[test]
fn no_value_makes_a_line_of_its_own() {
    const FORGED: &str = "a\nphoenix-trace: forged\r\u{1b}[2J\u{202e}";
    let mut all = Vec::new();
    for variable in [
        "OTEL_SERVICE_NAME",
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_TRACES_SAMPLER",
    ] {
        all.push(of_variables(&[(variable, FORGED)]));
    }
    for pair in [
        format!("k=v,{FORGED}=1"),
        "k=v,\nphoenix-trace: FORGED\u{1b}[31m=1".to_owned(),
        "phoenix-trace:=forged".to_owned(),
    ] {
        all.push(of_variables(&[("OTEL_RESOURCE_ATTRIBUTES", &pair)]));
    }
    all.push(Config::default().resource(FORGED, "1"));
    for to in ["prometheus", "console"] {
        all.push(of_variables(&[
            ("OTEL_METRICS_EXPORTER", to),
            ("OTEL_EXPORTER_PROMETHEUS_HOST", FORGED),
        ]));
    }
    all.push(Config::default().metrics_prometheus(FORGED, 9464));
    all.push(Config::from_file(format!("/nowhere/{FORGED}")));
    for text in [
        "resource: {attributes: [{name: service.name, value: \"${VALUE}\"}]}",
        "log_level: \"${VALUE}\"",
        "distribution: {phoenix_trace: {sampling: {rules: [{ratio: 1, attributes: {\"a\\nphoenix-trace: forged\": {}}}]}}}",
        "resource: {attributes: [{name: \"${VALUE}\", value: 1}]}",
        "meter_provider: {readers: [pull: {exporter: {prometheus/development: {host: \"${VALUE}\"}}}]}",
        "\"a\\nphoenix-trace: forged\": 1",
    ] {
        all.push(of_file(text.as_bytes(), FORGED));
    }
    for config in all {
        for line in config
            .problems()
            .iter()
            .map(ToString::to_string)
            .chain([config.summary()])
        {
            assert!(
                !line.contains(['\n', '\r', '\u{1b}', '\u{202e}']),
                "{line:?}"
            );
        }
        let shown = config.to_string();
        assert!(
            !shown.lines().any(|line| line.starts_with("phoenix-trace"))
                && !shown.contains(['\r', '\u{1b}', '\u{202e}']),
            "{shown}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_makes_no_line_of_its_own() {
    const NAME: &str = "a\nphoenix-trace: forged\u{1b}[2J\u{202e}";
    for text in [
        "file_format: \"1.1\"\ndisabled: perhaps\nlog_level: warn\n",
        "file_format: \"1.1\"\n- a\n",
    ] {
        let config = of_file_called(NAME, text.as_bytes(), "");
        let problems = config.problems().iter().map(ToString::to_string);
        for line in problems.chain([config.summary()]) {
            assert!(!line.contains(['\n', '\u{1b}', '\u{202e}']), "{line:?}");
        }
        let shown = config.to_string();
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
        assert!(!shown.contains("\nphoenix-trace"), "{shown}");
    }
}

#[test]
fn a_value_is_shown_only_so_far() {
    let long = "x".repeat(1 << 20);
    let config = of_variables(&[("OTEL_BSP_SCHEDULE_DELAY", &long)]);
    let problem = config.problems()[0].to_string();
    assert!(problem.len() < 400 && problem.contains("x…`"), "{problem}");
    let endpoint = format!("http://collector/{long}");
    let config = of_variables(&[
        ("OTEL_SERVICE_NAME", &long),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint),
    ]);
    let summary = config.summary();
    assert!(summary.len() < 1000, "{summary}");
    let longest = config.to_string().lines().map(str::len).max();
    assert!(longest < Some(2000), "{longest:?}");
}

#[test]
fn a_secret_in_the_wrong_place_is_not_shown() {
    for value in [
        "authorization=Bearer SECRET",
        "x-api-key=SECRET",
        "https://user:SECRET@collector",
    ] {
        for variable in [
            "OTEL_SERVICE_NAME",
            "OTEL_BSP_SCHEDULE_DELAY",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "OTEL_EXPORTER_OTLP_TIMEOUT",
            "OTEL_LOG_LEVEL",
            "OTEL_PROPAGATORS",
            "OTEL_TRACES_EXPORTER",
            "OTEL_TRACES_SAMPLER",
            "PHOENIX_TRACE_STRICT",
            "ENVIRONMENT",
        ] {
            let said = shown(&of_variables(&[(variable, value)]));
            assert!(!said.contains("SECRET"), "{variable}: {said}");
        }
        for text in [
            "log_level: \"${VALUE}\"",
            "resource: {attributes: [{name: service.name, value: \"${VALUE}\"}]}",
            "tracer_provider: {processors: [batch: {schedule_delay: \"${VALUE}\", exporter: {console: }}]}",
        ] {
            let said = shown(&of_file(text.as_bytes(), value));
            assert!(!said.contains("SECRET"), "{text}: {said}");
        }
    }
}

/// What is told of these variables.
#[track_caller]
fn check_variables(variables: &[(&str, &str)], expected: &[&str]) {
    let config = of_variables(variables);
    let problems: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems, expected, "{variables:?}");
}

#[test]
fn conventions_that_are_not_written_are_told() {
    const STABILITY: &str = "OTEL_SEMCONV_STABILITY_OPT_IN";
    check_variables(
        &[(STABILITY, "http,rpc , database,gen_ai_latest_experimental")],
        &[],
    );
    check_variables(
        &[
            (STABILITY, "http, RPC/dup"),
            ("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "logs"),
        ],
        &[
            "OTEL_SEMCONV_STABILITY_OPT_IN=`http, RPC/dup` cannot be used: expected `http`, `rpc` and `database`, whose earlier \
             conventions are not written; using the stable conventions alone instead",
            "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN=`logs` cannot be used: expected exceptions to be events of spans, and nothing \
             here; using events instead",
        ],
    );
}

#[test]
fn a_service_without_a_name_is_told_whoever_names_it() {
    let told = |config: Config| {
        let problems: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
        (config.service_name().to_owned(), problems)
    };
    let code = |function: &str| {
        format!(
            "{function}=`` cannot be used: expected a name that is not empty; using `billing` instead"
        )
    };
    let named = || Config::default().service("billing");
    for config in [named().service(" "), named().resource("service.name", "")] {
        assert_eq!(
            told(config),
            ("billing".to_owned(), vec![code("Config::service")])
        );
    }
    let variables = [
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=,a=b"),
        ("SERVICE_NAME", "billing"),
    ];
    let expected = "OTEL_RESOURCE_ATTRIBUTES=`service.name=` cannot be used: expected a name that is not empty; using the name \
                    that there is without it instead";
    assert_eq!(
        told(of_variables(&variables)),
        ("billing".to_owned(), vec![expected.to_owned()])
    );
    check(
        "file_format: \"1.1\"\nresource: {attributes: [{name: service.name, value: \"\"}]}\n",
        "F:2:53: resource.attributes[0].value: `` cannot be used: expected a name that is not empty; using the name that there is \
         without it instead",
    );
}

#[test]
fn what_looks_like_a_reference_and_is_none_is_told() {
    check(
        "file_format: \"1.1\"\nresource:\n  attributes_list: a=${A\n  schema_url:\n",
        "F:3:20: `${` without its `}` stays as it is; `$$` stands for a dollar sign",
    );
    check(
        "file_format: \"1.1\"\nresource: {attributes: [{name: a, value: \"b${}\"}]}\n",
        "F:2:42: `${}`, which names no variable, stays as it is; `$$` stands for a dollar sign",
    );
}

#[test]
fn what_a_variable_holds_brings_no_structure_into_the_file() {
    for value in [
        "a: b\n- c",
        "x\"}]}\ndisabled: true\n#",
        "*alias",
        "!tag &a [",
        "${VALUE}",
    ] {
        let text = "file_format: \"1.1\"\nresource:\n  attributes:\n    - name: service.name\n      value: ${VALUE}\n";
        let config = of_file(text.as_bytes(), value);
        assert_eq!((config.service_name(), config.problems()), (value, &[][..]));
        assert!(!config.disabled);
    }
}

#[test]
fn marks_and_line_ends_of_other_systems_change_nothing() {
    let text = "\u{feff}file_format: \"1.1\"\r\nresource:\r\n  attributes:\r\n    - {name: service.name, value: billing}\r\n";
    let config = of_file(text.as_bytes(), "");
    assert_eq!(
        (config.service_name(), config.problems()),
        ("billing", &[][..])
    );
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_a_remedy() {
    const INSTEAD: &str = "; using the defaults instead, and nothing is exported";
    check(
        "a: {b: ${VALUE}}",
        &format!(
            "F:1:9: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}}'; within braces or brackets a reference stands in quotes: `\"${{NAME}}\"`{INSTEAD}"
        ),
    );
    check(
        "file_format: \"1.1\"\ndisabled: true\ndisabled: false\n",
        &format!("F:3:1: the key `disabled` stands here twice{INSTEAD}"),
    );
    check(
        "file_format: \"1.1\"\ndistribution: {phoenix-trace: }\n",
        "F:2:16: distribution.phoenix-trace: this is not read; did you mean `phoenix_trace`?",
    );
    check(
        "file_format: \"1.1\"\n- a\n",
        &format!(
            "F:2:3: this is not YAML: while parsing a block mapping, did not find expected key{INSTEAD}"
        ),
    );
    check(
        "text",
        "F:1:1: a single value cannot be used: expected a mapping; using none instead\nF:1:1: `file_format` is missing; it is read as \"1.1\"",
    );
    check(
        "file_format: \"1.1\"\nmeter_provider: {readers: [periodic: {exporter: {otlp_http: {default_histogram_aggregation: base2_exponential_bucket_histogram}}}]}\n",
        "F:2:93: meter_provider.readers[0].periodic.exporter.otlp_http.default_histogram_aggregation: this is not supported; using explicit_bucket_histogram instead",
    );
    check(
        "file_format: \"1.1\"\ntracer_provider: {sampler: {jaeger_remote/development: {endpoint: jaeger, initial_sampler: {always_on: }}}, processors: [batch: {exporter: {console: }}]}\n",
        "F:2:67: tracer_provider.sampler.jaeger_remote/development.endpoint: `jaeger` cannot be used: expected a URL such as http://jaeger:5778; using http://localhost:5778 instead",
    );
    check(
        "file_format: \"1.1\"\ndistribution: {phoenix_trace: {correlation: {header: cookie}}}\n",
        "F:2:54: distribution.phoenix_trace.correlation.header=`cookie` cannot be used: expected a header field that nothing else uses; using x-correlation-id instead",
    );
    let broken = of_file(b"a: \xff", "");
    assert!(
        broken.problems()[0].to_string().contains("it is not UTF-8"),
        "{:?}",
        broken.problems()
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let pipe = std::env::temp_dir().join(format!("phoenix-pipe-{}", std::process::id()));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("it runs").success());
    let config = Config::from_file(&pipe);
    std::fs::remove_file(&pipe).expect("removed");
    let problem = config.problems()[0].to_string();
    assert!(problem.contains("it is no regular file"), "{problem}");
}

#[test]
fn words_of_variables_are_read_in_any_case_as_the_specification_asks() {
    let config = of_variables(&[
        ("OTEL_TRACES_SAMPLER", " ParentBased_Always_On "),
        ("OTEL_TRACES_EXPORTER", "OTLP, Console"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "GRPC"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "GZip"),
        ("PHOENIX_TRACE_SHUTDOWN", "Manual"),
        ("OTEL_SDK_DISABLED", " TRUE "),
    ]);
    assert_eq!(config.problems(), []);
    assert!(config.disabled);
    assert_eq!(config.shutdown, Shutdown::Manual);
    let summary = config.summary();
    let to = "traces go over OTLP/gRPC to http://localhost:4317, and to this console";
    assert!(
        summary.contains(to) && summary.contains("parent based, else ratio 1"),
        "{summary}"
    );
}

#[test]
fn an_argument_without_its_sampler_is_told() {
    let config = of_variables(&[("OTEL_TRACES_SAMPLER_ARG", "0.1")]);
    assert_eq!(
        config.problems()[0].to_string(),
        "OTEL_TRACES_SAMPLER_ARG=`0.1` cannot be used: expected a sampler beside it, in OTEL_TRACES_SAMPLER; using the preset of \
         the environment instead"
    );
}
