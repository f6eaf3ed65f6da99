//! No token is ever shown, whatever happens to it.

use super::*;
use crate::testing::{Fault, OtlpReceiver};

const TOKEN: &str = "token-0123456789";

/// A receiver that repeats what it was told, over both protocols and in every place.
fn repeating(status: u16) -> OtlpReceiver {
    let receiver = OtlpReceiver::start().expect("started");
    let message = format!("no such token: Bearer {TOKEN}, or {TOKEN}\u{1b}[31m\u{202e}");
    let percent = message
        .replace('\u{1b}', "%1b")
        .replace('\u{202e}', "%e2%80%ae");
    let headers = [
        ("content-type", "text/plain"),
        ("grpc-status", "16"),
        ("grpc-message", &percent),
    ];
    receiver.respond_with(Fault::Answer {
        status,
        headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
        body: message.into_bytes(),
    });
    receiver
}

fn with_token(otlp: Otlp) -> Otlp {
    otlp.header("authorization", format!("Bearer {TOKEN}"))
}

#[test]
fn what_a_receiver_repeats_is_cut_out() {
    for status in [200, 401, 503] {
        let receiver = repeating(status);
        for otlp in both(&receiver) {
            let answer = format!("{:?}", sent(with_token(otlp)));
            // What is escaped in the message has two backslashes here, what is not has one.
            let unescaped = answer.replace("\\\\u{", "");
            assert!(
                !answer.contains(TOKEN) && !unescaped.contains("\\u{"),
                "{answer}"
            );
        }
    }
    let [grpc, _] = both(&repeating(200)).map(|otlp| otlp.endpoint("http://127.0.0.1:9"));
    let answer = format!("{:?}", sent(with_token(grpc)));
    assert!(
        answer.contains("http://127.0.0.1:9") && !answer.contains(TOKEN),
        "{answer}"
    );
}

#[test]
fn nothing_shows_them_when_it_is_printed() {
    for otlp in [Otlp::grpc(), Otlp::http()] {
        let otlp = with_token(otlp).endpoint(format!("http://localhost/?key={TOKEN}"));
        let settings = format!("{otlp:?}");
        let config = format!("{:?}", Config::default().otlp(otlp.clone()));
        let made = format!("{:?}", destination(otlp.clone()));
        let summary = Config::default().otlp(otlp).summary();
        for shown in [settings, config, made, summary] {
            assert!(
                shown.contains("localhost") && !shown.contains(TOKEN),
                "{shown}"
            );
        }
    }
}
