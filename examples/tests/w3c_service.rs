//! `w3c-service` by the rules of W3C Trace Context, level 2, over real sockets: what comes in, and what it sends on.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::child::Child;

const WITHIN: Duration = Duration::from_secs(20);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// The service, and the receiver of its calls.
struct Bench {
    service: Child,
    address: SocketAddr,
    url: String,
    received: Receiver<Received>,
}

/// The fields of a call that the service made.
struct Received(Vec<(String, String)>);

impl Bench {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_w3c-service"));
        command.args(["--port", "0"]).env_clear();
        let service = Child::start("w3c-service", command);
        let address = service.stdout.wait_for(WITHIN, |line| {
            let rest = line.strip_prefix("listening on http://")?;
            rest.strip_suffix("/test")?.parse::<SocketAddr>().ok()
        });
        let Some(address) = address else {
            panic!("it does not say where it listens; {service}")
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        let (sender, received) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let read = Received::read(stream.expect("a call"));
                if sender.send(read).is_err() {
                    break;
                }
            }
        });
        Self {
            service,
            address,
            url,
            received,
        }
    }

    /// Has the service make so many calls, in a request with these lines in its head.
    fn calls(&self, number: usize, lines: &[String]) -> Vec<Received> {
        let calls = vec![json!({ "url": self.url, "arguments": [] }); number];
        let body = json!(calls).to_string();
        let mut request = format!(
            "POST /test HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for line in lines {
            writeln!(request, "{line}\r").expect("text");
        }
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(WITHIN)).expect("a timeout");
        write!(stream, "{request}\r\n{body}").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(
            answer.starts_with("HTTP/1.1 200 "),
            "{answer}; {}",
            self.service
        );
        let call = |_| self.received.recv_timeout(WITHIN).expect("a call");
        (0..number).map(call).collect()
    }

    /// A request with these lines in its head: what the service sends on of the trace.
    fn check(&self, case: &str, lines: &[String], expected: &Expected<'_>) {
        let calls = self.calls(1, lines);
        let parent = calls[0].parent(case);
        match expected {
            Expected::Continued { flags, state } => {
                assert_eq!(
                    (&*parent.trace, &*parent.flags),
                    (TRACE, *flags),
                    "{case}: {lines:?}"
                );
                assert_ne!(parent.span, SPAN, "{case}: the span is the service's own");
                assert_eq!(calls[0].state_of_others(), *state, "{case}: {lines:?}");
            }
            Expected::Restarted => {
                assert_ne!(parent.trace, TRACE, "{case}: {lines:?}");
                assert_eq!(calls[0].state_of_others(), "", "{case}: {lines:?}");
            }
        }
    }
}

impl Received {
    /// Reads a call, and answers it.
    fn read(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(WITHIN)).expect("a timeout");
        let mut reader = BufReader::new(stream);
        let mut fields = Vec::new();
        let mut line = String::new();
        while reader.read_line(&mut line).expect("a head") > 2 {
            if let Some((name, value)) = line.trim_end().split_once(": ") {
                fields.push((name.to_owned(), value.to_owned()));
            }
            line.clear();
        }
        let received = Self(fields);
        let length = received.only("content-length").expect("a body");
        let mut body = vec![0; length.parse().expect("a number")];
        reader.read_exact(&mut body).expect("the body");
        let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        reader.get_mut().write_all(answer.as_bytes()).expect("sent");
        received
    }

    /// The value of a field, which is there once at most.
    fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(field, _)| field == name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} is there twice");
        value.map(|(_, value)| &**value)
    }

    /// The trace state behind the service's own member: that it keeps every trace.
    fn state_of_others(&self) -> &str {
        let state = self.only("tracestate").expect("its own member");
        let others = state.strip_prefix("ot=th:0").expect("on the left");
        others.strip_prefix(',').unwrap_or(others)
    }

    fn parent(&self, case: &str) -> Parent {
        let value = self.only("traceparent").expect("a traceparent");
        let [version, trace, span, flags] = value.split('-').collect::<Vec<_>>()[..] else {
            panic!("{case}: {value}")
        };
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|b| b"0123456789abcdef".contains(&b))
        };
        assert!(
            version == "00" && digits(trace, 32) && digits(span, 16) && digits(flags, 2),
            "{case}: {value}"
        );
        assert!(trace.contains(|c| c != '0') && span.contains(|c| c != '0'));
        Parent {
            trace: trace.into(),
            span: span.into(),
            flags: flags.into(),
        }
    }
}

struct Parent {
    trace: String,
    span: String,
    flags: String,
}

enum Expected<'a> {
    Continued { flags: &'a str, state: &'a str },
    Restarted,
}

fn continued<'a>(state: &'a str) -> Expected<'a> {
    Expected::Continued { flags: "01", state }
}

#[test]
fn a_traceparent_is_continued_or_the_trace_restarts() {
    let bench = Bench::start();
    let sampled = Expected::Continued {
        flags: "01",
        state: "",
    };
    let random = Expected::Continued {
        flags: "03",
        state: "",
    };
    let valid = format!("00-{TRACE}-{SPAN}-01");
    let zeros = "0".repeat(32);
    let cases: &[(&str, String, &Expected<'_>)] = &[
        ("valid", valid.clone(), &sampled),
        (
            "unknown flags are cleared",
            format!("00-{TRACE}-{SPAN}-fd"),
            &sampled,
        ),
        (
            "the random flag stays",
            format!("00-{TRACE}-{SPAN}-03"),
            &random,
        ),
        ("white space", format!(" \t {valid} \t "), &sampled),
        (
            "version 00 with more",
            format!("{valid}-more"),
            &Expected::Restarted,
        ),
        (
            "version 00 with a dash",
            format!("{valid}-"),
            &Expected::Restarted,
        ),
        ("version cc", format!("cc-{TRACE}-{SPAN}-01"), &sampled),
        (
            "version cc with more",
            format!("cc-{TRACE}-{SPAN}-01-more.of it"),
            &sampled,
        ),
        (
            "version cc that goes on",
            format!("cc-{TRACE}-{SPAN}-01.more"),
            &Expected::Restarted,
        ),
        (
            "version ff",
            format!("ff-{TRACE}-{SPAN}-01"),
            &Expected::Restarted,
        ),
        (
            "a version of one digit",
            format!("0-{TRACE}-{SPAN}-01"),
            &Expected::Restarted,
        ),
        (
            "a version of three",
            format!("000-{TRACE}-{SPAN}-01"),
            &Expected::Restarted,
        ),
        (
            "a trace id of zeros",
            format!("00-{zeros}-{SPAN}-01"),
            &Expected::Restarted,
        ),
        (
            "a span id of zeros",
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            &Expected::Restarted,
        ),
        (
            "uppercase",
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            &Expected::Restarted,
        ),
        (
            "no digit in the trace id",
            format!("00-{}.-{SPAN}-01", &TRACE[..31]),
            &Expected::Restarted,
        ),
        (
            "no digit in the span id",
            format!("00-{TRACE}-.{}-01", &SPAN[1..]),
            &Expected::Restarted,
        ),
        (
            "no digits in the flags",
            format!("00-{TRACE}-{SPAN}-0x"),
            &Expected::Restarted,
        ),
        (
            "a short trace id",
            format!("00-{}-{SPAN}-01", &TRACE[1..]),
            &Expected::Restarted,
        ),
        (
            "a long span id",
            format!("00-{TRACE}-{SPAN}0-01"),
            &Expected::Restarted,
        ),
        (
            "short flags",
            format!("00-{TRACE}-{SPAN}-1"),
            &Expected::Restarted,
        ),
        ("empty", String::new(), &Expected::Restarted),
        (
            "nonsense",
            "nothing of the kind".to_owned(),
            &Expected::Restarted,
        ),
    ];
    for (case, value, expected) in cases {
        bench.check(case, &[format!("traceparent: {value}")], expected);
        // The name of a field has no case.
        bench.check(case, &[format!("TraceParent: {value}")], expected);
    }
    let twice = [
        format!("traceparent: {valid}"),
        format!("traceparent: {valid}"),
    ];
    bench.check("twice", &twice, &Expected::Restarted);
    let misnamed = [
        format!("trace-parent: {valid}"),
        format!("trace.parent: {valid}"),
    ];
    bench.check("other names", &misnamed, &Expected::Restarted);
    bench.check("nothing", &[], &Expected::Restarted);
}

#[test]
fn a_tracestate_travels_whole_or_not_at_all() {
    let bench = Bench::start();
    let parent = format!("traceparent: 00-{TRACE}-{SPAN}-01");
    let members = |number: usize| {
        let members: Vec<String> = (0..number).map(|n| format!("bar{n:02}={n:02}")).collect();
        members.join(",")
    };
    // The service puts its own in front; the last of 32 gives way to it.
    let (most, all_but_one, too_many) = (members(32), members(31), members(33));
    let (longest_key, longest_value) = ("k".repeat(256), "v".repeat(256));
    let longest = format!("{longest_key}={longest_value}");
    let keys = "a-_*/@0123456789bcdefghijklmnopqrstuvwxyz=foo,0a=1,tenant@a-much-longer-system=2";
    let values = "foo=!\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let cases: &[(&str, &[&str], &str)] = &[
        ("one field", &["foo=1,bar=2"], "foo=1,bar=2"),
        (
            "several, in their order",
            &["foo=1", "bar=2,baz=3", "qux=4"],
            "foo=1,bar=2,baz=3,qux=4",
        ),
        (
            "empty fields and members",
            &["", "foo=1,,", ",bar=2", ""],
            "foo=1,bar=2",
        ),
        (
            "white space around members",
            &["foo=1 \t , \t bar=2", "\t baz=3"],
            "foo=1,bar=2,baz=3",
        ),
        ("a space belongs to the value", &["foo= 1 2"], "foo= 1 2"),
        ("the first of a key", &["foo=1,bar=2,foo=3"], "foo=1,bar=2"),
        ("every character of a key", &[keys], keys),
        ("every character of a value", &[values], values),
        ("the longest member", &[&longest], &longest),
        ("as many as there may be", &[&most], &all_but_one),
        ("one too many", &[&too_many], ""),
        ("a key too long", &[&*format!("foo=1,k{longest_key}=v")], ""),
        (
            "a value too long",
            &[&*format!("foo=1,k=v{longest_value}")],
            "",
        ),
        ("uppercase in a key", &["foo=1,Bar=2"], ""),
        ("a dot in a key", &["foo=1,b.r=2"], ""),
        ("a key that begins with @", &["foo=1,@bar=2"], ""),
        ("white space before =", &["foo =1"], ""),
        ("no value", &["foo"], ""),
        ("an empty value", &["foo=,bar=2"], ""),
        ("two =", &["foo=bar=baz"], ""),
    ];
    for (case, fields, expected) in cases {
        let states = fields.iter().map(|state| format!("tracestate: {state}"));
        let lines: Vec<String> = [parent.clone()].into_iter().chain(states).collect();
        bench.check(case, &lines, &continued(expected));
    }
    let alone = ["TraceState: foo=1".to_owned()];
    bench.check("alone", &alone, &Expected::Restarted);
    let with_bad_parent = [format!("{parent}0"), "tracestate: foo=1".to_owned()];
    bench.check(
        "beside a bad traceparent",
        &with_bad_parent,
        &Expected::Restarted,
    );
}

#[test]
fn each_call_has_a_span_of_its_own_and_all_are_of_one_trace() {
    let bench = Bench::start();
    for lines in [
        vec![],
        vec![format!("traceparent: 00-{TRACE}-{SPAN}-01")],
        vec!["traceparent: broken".to_owned()],
    ] {
        let calls = bench.calls(3, &lines);
        let parents: Vec<Parent> = calls.iter().map(|call| call.parent("several")).collect();
        assert!(
            parents
                .iter()
                .all(|parent| parent.trace == parents[0].trace)
        );
        let mut spans: Vec<&str> = parents.iter().map(|parent| &*parent.span).collect();
        spans.sort_unstable();
        spans.dedup();
        assert_eq!(spans.len(), 3, "{lines:?}");
        // The platform's own id is the trace's, since nobody gave another.
        assert_eq!(calls[0].only("x-correlation-id"), Some(&*parents[0].trace));
    }
}

#[test]
fn a_call_that_cannot_be_made_is_told() {
    let bench = Bench::start();
    let body = r#"[{"url":"http://127.0.0.1:1/","arguments":[]}]"#;
    let mut stream = TcpStream::connect(bench.address).expect("it listens");
    stream.set_read_timeout(Some(WITHIN)).expect("a timeout");
    write!(
        stream,
        "POST /test HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert!(answer.contains("http://127.0.0.1:1/"), "{answer}");
}
