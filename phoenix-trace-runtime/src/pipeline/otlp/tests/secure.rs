//! TLS, with authorities and certificates that live as long as a test.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::testing::OtlpReceiver;

/// Files for one test, which go with it.
struct Files(PathBuf);

impl Files {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("phoenix-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("written");
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("signed")
}

/// A certificate for `name`, and its key, in PEM form.
fn certificate(by: &Authority, name: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([name.to_owned()]).expect("parameters");
    let certificate = params.signed_by(&key, by).expect("signed");
    (certificate, key)
}

/// What stands before a receiver and speaks TLS; `clients`: whose certificates a client must have.
fn server(by: &Authority, clients: Option<&Authority>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (certificate, key) = certificate(by, "localhost");
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).expect("a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = builder
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a server");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Takes connections, ends their TLS, and passes on what is in them.
async fn proxy(config: ServerConfig, to: u16) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(stream).await else {
                    return;
                };
                let inside = tokio::net::TcpStream::connect(("127.0.0.1", to)).await;
                let mut inside = inside.expect("the receiver listens");
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    address
}

/// Sends over both protocols through TLS; `otlp` says with what.
fn through(config: &ServerConfig, otlp: impl Fn(Otlp) -> Otlp) -> [(Answer, usize); 2] {
    let receiver = OtlpReceiver::start().expect("started");
    let ports = [
        (Otlp::grpc(), receiver.grpc_port()),
        (Otlp::http(), receiver.http_port()),
    ];
    ports.map(|(protocol, port)| {
        let answer = runtime().block_on(async {
            let address = proxy(config.clone(), port).await;
            let endpoint = format!("https://localhost:{}", address.port());
            send(&*destination(otlp(protocol).endpoint(endpoint))).await
        });
        (answer, receiver.take_spans().len())
    })
}

#[test]
fn spans_arrive_under_an_authority_of_ones_own() {
    let files = Files::new("own-authority");
    let authority = authority();
    let ca = files.write("ca.pem", &authority.pem());
    for (answer, spans) in through(&server(&authority, None), |otlp| otlp.certificate(&ca)) {
        assert_taken(&answer);
        assert_eq!(spans, 3);
    }
}

#[test]
fn a_receiver_whom_nobody_vouches_for_gets_nothing() {
    let files = Files::new("stranger");
    let trusted = files.write("ca.pem", &authority().pem());
    for (answer, spans) in through(&server(&authority(), None), |o| o.certificate(&trusted)) {
        match answer {
            Answer::Later { why, .. } => assert!(why.contains("certificate"), "{why}"),
            answer => panic!("{answer:?}"),
        }
        assert_eq!(spans, 0);
    }
}

#[test]
fn a_receiver_may_ask_who_is_there() {
    let files = Files::new("client");
    let authority = authority();
    let ca = files.write("ca.pem", &authority.pem());
    let (client, key) = certificate(&authority, "client");
    let client = files.write("client.pem", &client.pem());
    let key = files.write("client.key", &key.serialize_pem());
    let server = server(&authority, Some(&authority));
    let known = |otlp: Otlp| otlp.certificate(&ca).client_certificate(&client, &key);
    for (answer, spans) in through(&server, known) {
        assert_taken(&answer);
        assert_eq!(spans, 3);
    }
    for (answer, spans) in through(&server, |otlp| otlp.certificate(&ca)) {
        assert!(!matches!(answer, Answer::Taken { .. }), "{answer:?}");
        assert_eq!(spans, 0);
    }
}

#[test]
fn https_is_never_sent_in_plain_text() {
    let files = Files::new("plain");
    let ca = files.write("ca.pem", &authority().pem());
    for otlp in [Otlp::grpc(), Otlp::http()] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let listening = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut first = [0; 5];
            stream.read_exact(&mut first).expect("five bytes");
            first
        });
        let answer = sent(otlp.certificate(&ca).endpoint(format!("https://{address}")));
        assert!(matches!(answer, Answer::Later { .. }), "{answer:?}");
        let first = listening.join().expect("it was connected to");
        assert_eq!(first[..2], [22, 3], "the record of a TLS handshake");
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let files = Files::new("files");
    let authority = authority();
    let ca = files.write("ca.pem", &authority.pem());
    let (certificate, _) = certificate(&authority, "client");
    let client = files.write("client.pem", &certificate.pem());
    let empty = files.write("empty.pem", "nothing here");
    let missing = files.0.join("missing.pem");
    let secure = || Otlp::grpc().endpoint("https://localhost");
    for (otlp, wrong, because) in [
        (
            secure().certificate(&missing),
            &missing,
            "cannot be read: No such file",
        ),
        (secure().certificate(&empty), &empty, "holds no certificate"),
        (
            secure()
                .certificate(&ca)
                .client_certificate(&client, &missing),
            &missing,
            "cannot be read: No such file",
        ),
        (
            secure().certificate(&ca).client_certificate(&client, &ca),
            &ca,
            "holds no private key",
        ),
    ] {
        let why = made(otlp).expect_err("it cannot be made");
        assert!(why.contains(&wrong.display().to_string()), "{why}");
        assert!(why.contains(because) && why.contains("Otlp::"), "{why}");
    }
    // Where there is no TLS they are not needed.
    assert!(
        made(
            Otlp::grpc()
                .endpoint("http://localhost")
                .certificate(&missing)
        )
        .is_ok()
    );
}
