//! Connections that are not there, lead nowhere, or have gone.

use std::net::TcpListener;

use super::*;
use crate::testing::{Fault, OtlpReceiver};

#[track_caller]
fn assert_later(answer: &Answer, because: &str) {
    match answer {
        Answer::Later { why, after: None } if why.contains(because) => {}
        answer => panic!("{because:?} is not why: {answer:?}"),
    }
}

#[test]
fn a_port_where_nobody_listens_is_tried_later() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let endpoint = format!("http://{}", port.expect("a free port"));
    for otlp in [Otlp::grpc(), Otlp::http()] {
        let answer = sent(otlp.endpoint(&endpoint));
        assert_later(&answer, "Connection refused");
        assert_later(&answer, &endpoint);
    }
}

#[test]
fn a_host_without_an_address_is_tried_later() {
    for otlp in [Otlp::grpc(), Otlp::http()] {
        // No name has an empty label, so nobody has to be asked for its address.
        let answer = sent(otlp.endpoint("http://no..such.host:4317"));
        assert_later(&answer, "dns error");
    }
}

/// Sends until the receiver has seen a request, and gives back what became of that.
async fn send_until_seen(destination: &dyn Destination, receiver: &OtlpReceiver) -> Answer {
    loop {
        let answer = send(destination).await;
        if receiver.requests() > 0 {
            return answer;
        }
    }
}

#[test]
fn an_answer_that_does_not_come_in_time_may_be_tried_again() {
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        receiver.respond_with(Fault::Hang);
        let config = Config::default().otlp(otlp.timeout(Duration::from_millis(300)));
        let mut destination = super::first_made(config).expect("made");
        destination.set_resource(&resource());
        runtime().block_on(async {
            let answer = send_until_seen(&*destination, &receiver).await;
            match answer {
                Answer::Unknown { why, again: true } => assert!(why.contains("300ms"), "{why}"),
                answer => panic!("{answer:?}"),
            }
            receiver.respond_with(Fault::Ok);
            while receiver.spans().is_empty() {
                send(&*destination).await;
            }
        });
        let _ = receiver.take_spans();
    }
}

/// Passes connections on to `port`, but for the first, which takes everything and leads nowhere.
async fn first_leads_nowhere(port: u16) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.expect("a connection");
        tokio::spawn(async move { tokio::io::copy(&mut first, &mut tokio::io::sink()).await });
        while let Ok((mut outside, _)) = listener.accept().await {
            tokio::spawn(async move {
                let inside = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
                let mut inside = inside.expect("the receiver listens");
                tokio::io::copy_bidirectional(&mut outside, &mut inside).await
            });
        }
    });
    address
}

#[test]
fn a_connection_that_leads_nowhere_is_not_used_again() {
    let receiver = OtlpReceiver::start().expect("started");
    let ports = [
        (Otlp::grpc(), receiver.grpc_port()),
        (Otlp::http(), receiver.http_port()),
    ];
    for (otlp, port) in ports {
        runtime().block_on(async {
            let address = first_leads_nowhere(port).await;
            let otlp = otlp.endpoint(format!("http://{address}"));
            let config = Config::default().otlp(otlp.timeout(Duration::from_millis(300)));
            let destination = super::first_made(config).expect("made");
            for _ in 0..20 {
                if matches!(send(&*destination).await, Answer::Taken { .. }) {
                    return;
                }
            }
            panic!("it is used again and again");
        });
    }
}

#[test]
fn a_peer_that_never_says_who_it_is_has_got_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    for otlp in [Otlp::grpc(), Otlp::http()] {
        let otlp = otlp.endpoint(format!("https://{address}"));
        let config = Config::default().otlp(otlp.timeout(Duration::from_millis(100)));
        let destination = super::first_made(config).expect("made");
        assert_later(&runtime().block_on(send(&*destination)), "100ms");
    }
}

#[test]
fn what_is_connected_stays_connected() {
    let receiver = OtlpReceiver::start().expect("started");
    let grpc = destination(Otlp::grpc().endpoint(receiver.grpc_endpoint()));
    let http = destination(Otlp::http().endpoint(receiver.http_endpoint()));
    runtime().block_on(async {
        for destination in [grpc, http] {
            let before = receiver.connections();
            for _ in 0..5 {
                assert_taken(&send(&*destination).await);
            }
            assert_eq!(receiver.connections() - before, 1);
        }
    });
}

#[test]
fn a_receiver_that_comes_back_is_found_again() {
    let receiver = OtlpReceiver::start().expect("started");
    let (grpc_port, http_port) = (receiver.grpc_port(), receiver.http_port());
    let destinations = both(&receiver).map(destination);
    let runtime = runtime();
    for destination in &destinations {
        assert_taken(&runtime.block_on(send(&**destination)));
    }
    drop(receiver);
    for destination in &destinations {
        let answer = runtime.block_on(send(&**destination));
        assert!(!matches!(answer, Answer::Taken { .. }), "{answer:?}");
    }
    let receiver = OtlpReceiver::start_on_ports(grpc_port, http_port).expect("back");
    for destination in &destinations {
        assert_taken(&runtime.block_on(send(&**destination)));
    }
    assert_eq!(receiver.spans().len(), 6);
}
