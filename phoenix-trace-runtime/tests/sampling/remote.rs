use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use phoenix_trace_runtime::Config;
use phoenix_trace_runtime::sampling::{JaegerRemote, Rule, Sampler};
use phoenix_trace_runtime::testing::Capture;

use super::{kept, rules, until};
use crate::support::enter;

/// A collector that answers with what it is told to.
struct Collector {
    endpoint: String,
    answer: Arc<Mutex<String>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn start(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let collector = Self {
            endpoint,
            answer: Arc::new(Mutex::new(answer.to_owned())),
            asked: Arc::default(),
        };
        let (answer, asked) = (collector.answer.clone(), collector.asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut request = [0; 4096];
                let read = stream.read(&mut request).unwrap_or(0);
                let line = String::from_utf8_lossy(&request[..read]);
                let line = line.lines().next().unwrap_or_default().to_owned();
                let answer = answer.lock().expect("unpoisoned").clone();
                let _ = stream.write_all(answer.as_bytes());
                asked.lock().expect("unpoisoned").push(line);
            }
        });
        collector
    }

    fn answers(&self, answer: String) {
        *self.answer.lock().expect("unpoisoned") = answer;
    }
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn config(sampler: &str, endpoint: &str) -> Config {
    let argument = format!("endpoint={endpoint},pollingIntervalMs=100,initialSamplingRate=0");
    let config = Config::from_vars(|name| match name {
        "OTEL_TRACES_SAMPLER" => Some(sampler.to_owned()),
        "OTEL_TRACES_SAMPLER_ARG" => Some(argument.clone()),
        _ => None,
    });
    assert_eq!(config.problems(), []);
    config.service("the shop")
}

fn capture(sampler: &str, endpoint: &str) -> Capture {
    Capture::with_config(config(sampler, endpoint))
}

#[test]
fn strategies_are_polled_and_a_bad_answer_leaves_the_last_good_ones() {
    let strategy = r#"{"strategyType":"PROBABILISTIC","operationSampling":{"defaultSamplingProbability":0,
        "perOperationStrategies":[{"operation":"pay","probabilisticSampling":{"samplingRate":1}}]}}"#;
    let collector = Collector::start(&ok(strategy));
    let capture = capture("jaeger_remote", &collector.endpoint);
    until(|| rules(&capture).starts_with("remote"));
    capture.run(|| {
        ["pay", "browse"]
            .into_iter()
            .for_each(|name| drop(enter(name)))
    });
    assert_eq!(kept(&capture), ["pay"]);
    assert_eq!(
        rules(&capture),
        "remote: operation pay: ratio 1, errors always (1)\n\
         remote: everything: ratio 0, errors always (1)\n\
         environment: everything: ratio 0, errors always (0)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
    let asked = collector.asked.lock().expect("unpoisoned")[0].clone();
    assert_eq!(asked, "GET /sampling?service=the%20shop HTTP/1.1");

    for (answer, problem) in [
        (
            ok("<html>"),
            "answered with what is no JSON: expected value at line 1 column 1",
        ),
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_owned(),
            "answered 503 Service Unavailable",
        ),
        (
            ok(&" ".repeat((1 << 20) + 1)),
            "answered with more than 1 MiB",
        ),
    ] {
        collector.answers(answer);
        let expected = [format!("remote: {} {problem}", collector.endpoint)];
        until(|| capture.stats().sampling.problems == expected);
        assert!(rules(&capture).starts_with("remote: operation pay"));
    }

    collector.answers(ok(r#"{"rateLimitingSampling":{"maxTracesPerSecond":5}}"#));
    until(|| rules(&capture).starts_with("remote: everything: ratio 1, at most 5/s"));
    assert_eq!(capture.stats().sampling.problems, [""; 0]);
}

#[test]
fn what_rules_of_code_leave_open_goes_to_the_collector() {
    let collector = Collector::start(&ok(r#"{"probabilisticSampling":{"samplingRate":0.5}}"#));
    let health = Rule::new().operation("health").never();
    let config = config("jaeger_remote", &collector.endpoint).sampler(health);
    let capture = Capture::with_config(config);
    until(|| rules(&capture).contains("remote"));
    assert_eq!(
        rules(&capture),
        "code: operation health: never (0)\n\
         remote: everything: ratio 0.5, errors always (0)\n\
         environment: everything: ratio 0, errors always (0)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}

#[test]
fn a_collector_that_code_names_is_asked_with_its_own_query() {
    let collector = Collector::start(&ok("{}"));
    let remote = JaegerRemote::new(format!("{}/strategies?tenant=acme", collector.endpoint));
    let config = Config::default().service("shop");
    let capture = Capture::with_config(config.sampler(Sampler::jaeger_remote(remote)));
    until(|| !collector.asked.lock().expect("unpoisoned").is_empty());
    let asked = collector.asked.lock().expect("unpoisoned")[0].clone();
    assert_eq!(asked, "GET /strategies?tenant=acme&service=shop HTTP/1.1");
    assert!(rules(&capture).contains("code: everything: ratio 0.001, errors always (0)"));
}

#[test]
fn of_each_operation_so_many_are_kept_as_the_lower_bound_says() {
    let strategy = r#"{"operationSampling":{"defaultSamplingProbability":0,
        "defaultLowerBoundTracesPerSecond":0.01}}"#;
    let collector = Collector::start(&ok(strategy));
    let capture = capture("jaeger_remote", &collector.endpoint);
    until(|| rules(&capture).starts_with("remote: everything: ratio 0, at least 0.01/s"));
    capture.run(|| {
        for name in ["pay", "browse", "pay", "browse", "pay"] {
            drop(enter(name));
        }
    });
    assert_eq!(kept(&capture), ["pay", "browse"]);
}

#[test]
fn a_port_of_grpc_is_told_from_that_of_http() {
    let capture = capture("jaeger_remote", "http://127.0.0.1:14250");
    until(|| !capture.stats().sampling.problems.is_empty());
    let problem = capture.stats().sampling.problems.join("\n");
    let expected = " (Jaeger speaks gRPC there: strategies are asked for over HTTP, at port 5778)";
    assert!(problem.ends_with(expected), "{problem}");
}

#[test]
fn a_server_that_is_down_is_told_of_and_the_initial_ratio_stays() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", gone.local_addr().expect("an address"));
    drop(gone);
    let capture = capture("parentbased_jaeger_remote", &endpoint);
    until(|| !capture.stats().sampling.problems.is_empty());
    let problems = capture.stats().sampling.problems;
    let expected = format!("remote: {endpoint} cannot be reached");
    assert!(problems[0].starts_with(&expected), "{problems:?}");
    assert_eq!(
        rules(&capture),
        "environment: everything: ratio 0, errors always, parent based (0)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}
