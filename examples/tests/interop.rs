//! One trace through two languages: the platform with services, and a client, in Python with its own OpenTelemetry, each
//! of them between ours. `scripts/interop` installs what they need, and runs these.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use opentelemetry::trace::Status;
use phoenix_trace::testing::{OtlpReceiver, ReceivedSpan};
use phoenix_trace::waterfall::{Span, Waterfall};
use tempfile::TempDir;

use crate::support::child::Child;
use crate::support::platform::{END_WITHIN, Service, otlp};

const WITHIN: Duration = Duration::from_secs(60);

/// What decides about the trace, against the thresholds of 10 % (`e666…`), 50 % (`8…`) and 100 % (0): its low 56 bits.
const KEPT_BY_ALL: &str = "f0000000000000";
const KEPT_BY_HALF: &str = "c0000000000000";
const KEPT_BY_NO_HALF: &str = "60000000000000";

/// The flags of W3C trace context, level 2. The client's trace id counts as random, which all are told.
const SAMPLED: u32 = 1;
const RANDOM: u32 = 2;

/// A request, and who is there to answer it.
struct Scenario {
    /// The low 56 bits of the trace id.
    randomness: &'static str,
    /// The share of the traces that the client samples.
    ratio: &'static str,
    /// The client asks the gateway over HTTP, else the orchestrator over gRPC, for an answer in parts.
    http: bool,
    question: &'static str,
    /// Who samples in our services.
    sampler: &'static [(&'static str, &'static str)],
}

/// Each service at its own rate: orchestrator 100 %, language model 50 %, gateway and documents 10 %.
const PRODUCTION: &[(&str, &str)] = &[("ENVIRONMENT", "production")];
/// The caller decides.
const PARENT_BASED: &[(&str, &str)] = &[
    ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
    ("OTEL_TRACES_SAMPLER_ARG", "0.1"),
];

/// A process of the platform.
enum Process {
    Rust(Service),
    Python(Service),
}

/// A program of `interop/python`, with nothing in its environment but these.
fn python(program: &str, arguments: &[&str], settings: &[&[(&str, &str)]]) -> Child {
    let interpreter = env::var_os("INTEROP_PYTHON").expect("`scripts/interop` runs this");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/python");
    let mut command = Command::new(interpreter);
    command
        .arg("-B")
        .arg(folder.join(program).with_extension("py"))
        .args(arguments)
        .env_clear()
        .env("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
        .envs(settings.iter().copied().flatten().copied());
    Child::start(program, command)
}

impl Process {
    fn python(program: &str, settings: &[&[(&str, &str)]]) -> Self {
        let name = program.replace('_', "-");
        let named = [("OTEL_SERVICE_NAME", &*name)];
        let settings = [settings, &[&named]].concat();
        Self::Python(Service::listening(python(program, &[], &settings)))
    }

    fn rust(name: &str, settings: &[&[(&str, &str)]]) -> Self {
        Self::Rust(Service::start(name, settings))
    }

    fn url(&self) -> String {
        let (Self::Rust(service) | Self::Python(service)) = self;
        service.url()
    }

    /// Ends it, after all its spans have been sent.
    fn stop(self) {
        match self {
            Self::Rust(service) => {
                let ended = service.stop();
                assert!(ended.ended_as_asked(), "{ended:?}");
            }
            Self::Python(mut service) => {
                service.child.close_stdin();
                let status = service.child.wait(END_WITHIN);
                assert!(status.success(), "{}", service.child);
            }
        }
    }
}

impl Scenario {
    /// Starts the platform, its data router in Python, and sends the request. The model is asked by a
    /// service in Python when the answer comes in parts; else by ours, over HTTP, and answers from Python.
    fn run(&self) -> (String, String) {
        let collector = OtlpReceiver::start().expect("a collector");
        let endpoint = collector.grpc_endpoint();
        let telemetry = otlp(&endpoint, "50");
        let sampler = self.sampler;
        let folder = TempDir::new().expect("a folder");
        let database = folder.path().join("documents.db").display().to_string();
        let database = [("DATABASE_PATH", &*database)];
        let documents = Process::rust("document-service", &[&telemetry, sampler, &database]);
        let upstream = [("DOCUMENT_SERVICE_URL", &*documents.url())];
        let router = Process::python("data_router", &[&telemetry, &upstream]);
        let mut started = vec![documents];
        let llm = if self.http {
            let model = Process::python("model_server", &[&telemetry]);
            let upstream = [
                ("LLM_URL", &*model.url()),
                ("LLM_PROPAGATE_TO", "127.0.0.1"),
            ];
            let llm = Process::rust("llm-service", &[&telemetry, sampler, &upstream]);
            started.push(model);
            llm
        } else {
            Process::python("llm_service", &[&telemetry])
        };
        let upstream = [
            ("DATA_ROUTER_URL", &*router.url()),
            ("LLM_SERVICE_URL", &*llm.url()),
        ];
        let settings: [&[_]; 3] = [&telemetry, sampler, &upstream];
        let orchestrator = Process::rust("orchestrator-service", &settings);
        let url = orchestrator.url();
        started.extend([router, llm, orchestrator]);
        let answer = if self.http {
            // The client in Python is one of the platform's.
            let upstream = [("ORCHESTRATOR_URL", &*url), ("PUBLIC_EDGE", "false")];
            let gateway = Process::rust("api-gateway", &[&telemetry, sampler, &upstream]);
            let url = gateway.url();
            started.push(gateway);
            self.ask("http", &url, &telemetry)
        } else {
            self.ask("grpc", &url, &telemetry)
        };
        // Callers first; after the end of all nothing can come any more.
        started.into_iter().rev().for_each(Process::stop);
        (answer, tree(collector.spans()))
    }

    fn ask(&self, way: &str, url: &str, telemetry: &[(&str, &str)]) -> String {
        let trace = format!("4bf92f3577b34da6a3{}", self.randomness);
        let settings = [
            ("OTEL_SERVICE_NAME", "client"),
            ("TRACE_ID", &trace),
            ("RATIO", self.ratio),
        ];
        let mut client = python(
            "client",
            &[way, url, self.question],
            &[telemetry, &settings],
        );
        let status = client.wait(WITHIN);
        assert!(status.success(), "{client}");
        client.stdout.all().join("\n")
    }
}

/// The trace without ids and times. With each span stand its `tracestate` and what travelled beside it.
fn tree(received: Vec<ReceivedSpan>) -> String {
    // Python's exporter leaves the flags out; its spans hand them on.
    let ours = received
        .iter()
        .filter(|received| received.flags & 0xff != 0);
    ours.for_each(|received| assert_eq!(received.flags & 0xff, SAMPLED | RANDOM, "{received:?}"));
    let spans: Vec<Span> = received.into_iter().map(shown).collect();
    let attributes = |key: &str| {
        key == "phoenix.correlation.id"
            || ["http.request.method", "http.route", "tracestate"].contains(&key)
            || ["baggage.", "phoenix.lookup."]
                .iter()
                .any(|prefix| key.starts_with(prefix))
            || key.ends_with("status_code")
    };
    let waterfall = Waterfall::new().times(false).attributes(attributes);
    waterfall.render(&spans)
}

fn shown(received: ReceivedSpan) -> Span {
    let mut span = received.span;
    let state = ("tracestate".to_owned(), received.trace_state.into());
    span.attributes.push(state);
    if let Status::Error { description } = &mut span.status {
        *description = without_addresses(description).into();
    }
    for (key, value) in span
        .events
        .iter_mut()
        .flat_map(|event| &mut event.attributes)
    {
        if key == "exception.message" {
            *value = without_addresses(&value.to_string()).into();
        }
    }
    span
}

/// What Python's gRPC says of a failure without the line that has ports and times.
fn without_addresses(message: &str) -> String {
    let lines = message.lines();
    let stable: Vec<&str> = lines
        .map(str::trim)
        .filter(|line| !line.starts_with("debug_error_string"))
        .collect();
    stable.join(" ")
}

fn check(scenario: &Scenario, answer: &str, expected: &str) {
    let (answered, tree) = scenario.run();
    assert!(answered.contains(answer), "{answered}");
    assert!(tree == expected, "{}", difference(expected, &tree));
}

/// The lines that only one of two trees has, then all of the one that was printed.
fn difference(expected: &str, printed: &str) -> String {
    let only = |of: &str, other: &str, sign: char| -> String {
        let lines = of.lines().filter(|line| !other.lines().any(|l| l == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    let missing = only(expected, printed, '-');
    let added = only(printed, expected, '+');
    format!("the tree is not as expected:\n{missing}{added}\nThis was printed:\n{printed}")
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn a_question_goes_through_both_languages_and_back() {
    let scenario = Scenario {
        randomness: KEPT_BY_ALL,
        ratio: "1",
        http: true,
        question: "What is a span?",
        sampler: PRODUCTION,
    };
    let answer = "A span is a unit of work.";
    check(
        &scenario,
        answer,
        include_str!("interop/trees/question.txt"),
    );
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn an_answer_is_streamed_from_python_and_to_python() {
    let scenario = Scenario {
        randomness: KEPT_BY_ALL,
        ratio: "1",
        http: false,
        question: "What is a span?",
        sampler: PRODUCTION,
    };
    let answer = "A span is a unit of work.";
    check(
        &scenario,
        answer,
        include_str!("interop/trees/streamed.txt"),
    );
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn a_failure_is_told_in_both_languages_and_kept_by_all() {
    let scenario = Scenario {
        randomness: KEPT_BY_HALF,
        ratio: "1",
        http: true,
        question: "fts: span AND (trace",
        sampler: PRODUCTION,
    };
    let answer = r#"500 {"error":{"code":"Internal","message":"fts5: syntax error near \"\""}}"#;
    check(&scenario, answer, include_str!("interop/trees/error.txt"));
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn each_service_samples_at_its_own_rate_below_a_sampled_root() {
    let scenario = Scenario {
        randomness: KEPT_BY_HALF,
        ratio: "0.5",
        http: true,
        question: "fts: sampling AND errors",
        sampler: PRODUCTION,
    };
    check(&scenario, "200", include_str!("interop/trees/sampled.txt"));
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn each_service_samples_at_its_own_rate_below_an_unsampled_root() {
    let scenario = Scenario {
        randomness: KEPT_BY_NO_HALF,
        ratio: "0.5",
        http: true,
        question: "fts: sampling AND errors",
        sampler: PRODUCTION,
    };
    check(
        &scenario,
        "200",
        include_str!("interop/trees/unsampled.txt"),
    );
}

#[test]
#[ignore = "it needs Python: `scripts/interop` runs it"]
fn every_service_follows_the_root_when_it_is_told_to() {
    let scenario = Scenario {
        randomness: KEPT_BY_HALF,
        ratio: "0.5",
        http: true,
        question: "fts: sampling AND errors",
        sampler: PARENT_BASED,
    };
    check(&scenario, "200", include_str!("interop/trees/followed.txt"));
}
