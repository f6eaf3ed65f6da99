//! What a check tells of receivers that are well, and of those that are not.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use tonic::Code;

use super::*;
use crate::config::Otlp;
use crate::testing::{Fault, OtlpReceiver};

/// What a check of this exporter says, without how long anything took.
fn told(otlp: Otlp) -> Vec<String> {
    let check = Config::default().no_metrics().otlp(otlp).check();
    let lines = check.exporters[0].steps.iter().map(|step| {
        let mut step = step.clone();
        step.took = Duration::ZERO;
        step.to_string()
    });
    lines.collect()
}

fn receiver() -> OtlpReceiver {
    OtlpReceiver::start().expect("a receiver")
}

/// A server of TLS, for the length of a test.
async fn speaks_tls() -> SocketAddr {
    let own =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .expect("a server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(acceptor.accept(stream).await);
        }
    });
    address
}

fn address_of(endpoint: &str) -> &str {
    endpoint.strip_prefix("http://").unwrap_or(endpoint)
}

#[cfg(feature = "prometheus")]
#[test]
fn where_prometheus_scrapes_is_looked_at() {
    use std::io::{Read as _, Write as _};

    use crate::metrics::prometheus::Served;
    let told = |port: u16| {
        let config = Config::default().metrics_prometheus("127.0.0.1", port);
        let metrics = &config.check().exporters[1];
        let mut step = metrics.steps[0].clone();
        step.took = Duration::ZERO;
        format!("{} go {}\n{step}", metrics.signal, metrics.exporter)
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let port = address.port();
    let answers = std::thread::spawn(move || {
        for answer in ["200 OK", "404 Not Found", "200 OK"] {
            let (mut stream, _) = listener.accept().expect("it is asked");
            let mut asked = [0; 13];
            stream.read_exact(&mut asked).expect("a request");
            assert_eq!(&asked, b"HEAD /metrics");
            write!(stream, "HTTP/1.1 {answer}\r\n\r\n").expect("it is answered");
        }
    });
    let told = |told_of: &str| {
        let head = format!("metrics go to whoever scrapes http://127.0.0.1:{port}/metrics");
        assert_eq!(told(port), format!("{head}\n{told_of}"));
    };
    let served = Served::at(address);
    told(&format!(
        "accepted  ok           0.0 ms  127.0.0.1:{port} answers with metrics"
    ));
    drop(served);
    for answer in ["404 Not Found", "200 OK"] {
        told(&format!(
            "accepted  FAILED       0.0 ms  127.0.0.1:{port} answers `HTTP/1.1 {answer}`: somebody else listens there; \
             OTEL_EXPORTER_PROMETHEUS_PORT names another port"
        ));
    }
    answers.join().expect("it was asked three times");
    told(
        "accepted  -            0.0 ms  nobody listens there yet, and the port is free: it is served as soon as telemetry runs",
    );
}

const SETTINGS: &str = "settings  ok           0.0 ms  certificates and headers can be used";
const PLAIN: &str =
    "tls       -            0.0 ms  the endpoint is http: what is sent can be read on the way";

#[test]
fn a_receiver_that_is_well_takes_an_empty_request() {
    let receiver = receiver();
    for (otlp, endpoint) in [
        (Otlp::grpc(), receiver.grpc_endpoint()),
        (Otlp::http(), receiver.http_endpoint()),
        (
            Otlp::grpc().compression(crate::Compression::Gzip),
            receiver.grpc_endpoint(),
        ),
    ] {
        let address = address_of(&endpoint);
        assert_eq!(
            told(otlp.endpoint(&endpoint).header("authorization", "secret")),
            [
                SETTINGS,
                "dns       ok           0.0 ms  127.0.0.1 is 127.0.0.1",
                &format!("connect   ok           0.0 ms  {address}"),
                PLAIN,
                "auth      ok           0.0 ms  not refused: 1 header(s)",
                "accepted  ok           0.0 ms  an empty request was taken",
            ]
        );
    }
}

#[test]
fn a_receiver_that_does_not_take_the_credentials_is_told_apart() {
    let receiver = receiver();
    receiver.respond_times(1, Fault::Status(Code::Unauthenticated));
    let endpoint = receiver.grpc_endpoint();
    let steps = told(Otlp::grpc().endpoint(&endpoint));
    assert_eq!(steps.len(), 5, "{steps:#?}");
    assert!(
        steps[4].starts_with("auth      FAILED       0.0 ms  ")
            && steps[4].contains("UNAUTHENTICATED")
            && steps[4]
                .contains("are the credentials in OTEL_EXPORTER_OTLP_HEADERS set and right?"),
        "{}",
        steps[4]
    );
    receiver.respond_times(
        1,
        Fault::Http {
            status: 403,
            retry_after: None,
        },
    );
    let steps = told(Otlp::http().endpoint(receiver.http_endpoint()));
    assert!(steps[4].starts_with("auth      FAILED"), "{steps:#?}");
}

#[test]
fn what_is_no_receiver_is_told_with_a_remedy() {
    let receiver = receiver();
    let http = receiver.http_endpoint();
    // A path that no receiver has.
    let steps = told(Otlp::http().endpoint(format!("{http}/elsewhere")));
    let last = steps.last().expect("steps");
    assert!(
        last.starts_with("accepted  FAILED") && last.contains("answered 404"),
        "{last}"
    );
    let secure = http.replace("http://", "https://");
    let file = std::env::temp_dir().join(format!("phoenix-check-{}.pem", std::process::id()));
    let authority = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]);
    std::fs::write(&file, authority.expect("an authority").cert.pem()).expect("written");
    let steps = told(Otlp::http().endpoint(secure).certificate(&file));
    std::fs::remove_file(&file).expect("removed");
    let last = steps.last().expect("steps");
    assert!(
        last.starts_with("tls       FAILED")
            && last.contains("an endpoint without it begins with http://"),
        "{last}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_protocol_on_the_port_is_told_with_a_remedy() {
    let receiver = receiver();
    let tls = speaks_tls().await;
    for (otlp, expected) in [
        (
            Otlp::grpc().endpoint(receiver.http_endpoint()),
            "with the right port, path and OTEL_EXPORTER_OTLP_PROTOCOL?",
        ),
        (
            Otlp::grpc().endpoint(format!("http://{tls}")),
            "with TLS the endpoint begins with https://",
        ),
        (
            Otlp::http().endpoint(format!("http://{tls}")),
            "with TLS the endpoint begins with https://",
        ),
    ] {
        let steps = tokio::task::block_in_place(|| told(otlp));
        let last = steps.last().expect("steps");
        assert!(
            last.starts_with("accepted  FAILED") && last.ends_with(expected),
            "{last}"
        );
    }
}

#[test]
fn logs_are_tried_too() {
    let receiver = receiver();
    let otlp = Otlp::grpc().endpoint(receiver.grpc_endpoint());
    let check = Config::default().otlp(otlp).check();
    let signals: Vec<&str> = check
        .exporters
        .iter()
        .map(|exporter| exporter.signal)
        .collect();
    let all = ["traces", "metrics", "logs"];
    assert_eq!(
        signals,
        if cfg!(feature = "logs") {
            &all[..]
        } else {
            &all[..2]
        }
    );
    assert!(check.is_ok(), "{check}");
}

#[test]
fn what_is_wrong_with_the_configuration_is_told_first() {
    let vars = |name: &str| (name == "OTEL_TRACES_EXPORTER").then(|| "consle".to_owned());
    let check = Config::from_vars(vars).console().check();
    assert!(check.is_ok());
    assert_eq!(
        check.to_string(),
        "OTEL_TRACES_EXPORTER=`consle` cannot be used: expected otlp, console, several of them separated by commas, or none; using otlp \
         instead\ntraces go to this console\n  nothing to try\n"
    );
}

#[test]
fn that_nothing_is_exported_is_said() {
    let off = Config::from_vars(|name| (name == "OTEL_SDK_DISABLED").then(|| "true".to_owned()));
    assert!(
        off.check()
            .to_string()
            .starts_with("nothing is exported: telemetry is switched off")
    );
}

#[test]
fn where_nobody_listens_the_connection_fails() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let steps = told(Otlp::grpc().endpoint(format!("http://{address}")));
    let last = steps.last().expect("steps");
    assert!(
        last.starts_with("connect   FAILED") && last.contains("4317 for gRPC"),
        "{last}"
    );
    let steps = told(Otlp::grpc().endpoint("http://no-such-host.invalid:4317"));
    let last = steps.last().expect("steps");
    assert!(
        last.starts_with("dns       FAILED")
            && last.contains("`no-such-host.invalid` is not known"),
        "{last}"
    );
}

#[test]
fn files_that_cannot_be_used_are_told_first() {
    let otlp = Otlp::grpc()
        .endpoint("https://collector:4317")
        .certificate("/nowhere/ca.pem");
    let steps = told(otlp);
    assert_eq!(steps.len(), 1);
    assert!(
        steps[0].starts_with("settings  FAILED")
            && steps[0].contains("Otlp::certificate=`/nowhere/ca.pem`"),
        "{}",
        steps[0]
    );
}

#[test]
fn at_the_console_there_is_nothing_to_try() {
    let check = Config::default().check();
    assert!(check.is_ok());
    assert_eq!(
        check.to_string(),
        "traces go to this console\n  nothing to try\n"
    );
}

#[tokio::test]
async fn a_runtime_is_not_blocked() {
    // What the process exports is not this test's; that it answers within a runtime is.
    assert!(!check_async().await.exporters.is_empty());
}
