//! The account against what a real receiver took, over both protocols: it refuses, hangs, breaks off, and is restarted.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::trace::SpanId;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tonic::Code;

use super::fake::{Rig, SOON};
use crate::config::{Config, Otlp};
use crate::pipeline::Sending;
use crate::sampling::Sampler;
use crate::testing::{Fault, OtlpReceiver, Protocol};

const ROUNDS: u64 = 3;
const PHASES: u64 = 2;
const FAULTS: usize = 12;
const THREADS: usize = 3;

/// A receiver that can be restarted, and what it has taken in all its lives.
struct Receiver {
    running: Option<OtlpReceiver>,
    ports: (u16, u16),
    took: HashSet<SpanId>,
}

impl Receiver {
    fn start() -> Self {
        let running = OtlpReceiver::start().expect("two ports");
        Self {
            ports: (running.grpc_port(), running.http_port()),
            running: Some(running),
            took: HashSet::new(),
        }
    }

    fn running(&self) -> &OtlpReceiver {
        self.running.as_ref().expect("it runs")
    }

    fn note(&mut self) {
        let spans = self.running().spans();
        self.took.extend(spans.iter().map(|span| span.span.span_id));
    }

    /// Waits until one request more was read, if there is one.
    fn await_request(&self) {
        const A_MOMENT: Duration = Duration::from_millis(50);
        let receiver = self.running();
        let _ = receiver.wait_for_requests(A_MOMENT, receiver.requests() + 1);
    }

    fn restart(&mut self) {
        // Nothing is taken any more when this one has been answered.
        self.running().respond_with(Fault::Unavailable);
        self.await_request();
        self.note();
        self.running = None;
        let (grpc, http) = self.ports;
        let running = OtlpReceiver::start_on_ports(grpc, http).expect("the same ports");
        self.running = Some(running);
    }
}

fn fault(random: &mut StdRng) -> Fault {
    let http = |status| Fault::Http {
        status,
        retry_after: None,
    };
    let codes = [
        Code::Unavailable,
        Code::InvalidArgument,
        Code::Unauthenticated,
        Code::DeadlineExceeded,
        Code::Internal,
        Code::ResourceExhausted,
    ];
    match random.random_range(0..9) {
        0 => Fault::Unavailable,
        1 => Fault::Throttle {
            retry_after: Some(Duration::from_millis(random.random_range(0..5))),
        },
        2 => Fault::Status(codes[random.random_range(0..codes.len())]),
        3 => http([400, 401, 404, 413, 429, 500, 503][random.random_range(0..7)]),
        4 => Fault::PartialSuccess {
            rejected: random.random_range(0..20),
            message: "told to refuse some".to_owned(),
        },
        5 => Fault::Delay(Duration::from_millis(random.random_range(0..60))),
        6 => Fault::Hang,
        7 => Fault::CloseConnection,
        _ => Fault::Ok,
    }
}

fn load(rig: &Rig, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        for _ in 0..10 {
            rig.record(&["root", "a", "b"]);
            rig.record_failure(&["root", "c"]);
        }
        rig.pipeline.flush(Duration::from_millis(2));
    }
}

fn check(rig: &Rig, receiver: &mut Receiver) {
    receiver.note();
    let (stats, took) = (rig.stats(), receiver.took.len() as u64);
    assert_eq!(stats.queued, 0, "{stats}");
    assert!(stats.acknowledged <= took, "it took {took}: {stats}");
    let at_most = stats.acknowledged + stats.in_doubt;
    assert!(took <= at_most, "it took {took}: {stats}");
}

fn round(protocol: Protocol, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut receiver = Receiver::start();
    let otlp = match protocol {
        Protocol::Grpc => Otlp::grpc().endpoint(receiver.running().grpc_endpoint()),
        _ => Otlp::http().endpoint(receiver.running().http_endpoint()),
    };
    let timeout = Duration::from_millis(random.random_range(20..60));
    let mut config = Config::default()
        .sampler(Sampler::always_on())
        .otlp(otlp.timeout(timeout));
    let mut milliseconds = |range| Duration::from_millis(random.random_range(range));
    config.sending = Sending {
        delay: milliseconds(0..5),
        retry_for: milliseconds(0..200),
        first_pause: milliseconds(1..3),
        longest_pause: milliseconds(3..10),
        longest_wait: milliseconds(1..10),
        queue_spans: random.random_range(100..2000),
        batch: random.random_range(10..200),
        ..Sending::default()
    };
    let pipeline = crate::bootstrap::start(config).expect("a thread");
    let rig = Rig { pipeline };
    for _ in 0..PHASES {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| load(&rig, &stop));
            }
            for _ in 0..FAULTS {
                receiver.running().respond_with(fault(&mut random));
                receiver.await_request();
                if random.random_ratio(1, 6) {
                    receiver.restart();
                }
            }
            stop.store(true, Ordering::SeqCst);
        });
        receiver.running().respond_with(Fault::Ok);
        // What was under way when it stopped failing may have been given up since.
        while !rig.pipeline.flush(SOON) {}
        check(&rig, &mut receiver);
    }
    rig.record(&["root"]);
    rig.pipeline.shutdown(SOON);
    check(&rig, &mut receiver);
}

fn rounds(protocol: Protocol) {
    let first: u64 = rand::random();
    for seed in (0..ROUNDS).map(|round| first.wrapping_add(round)) {
        let outcome = std::panic::catch_unwind(|| round(protocol, seed));
        assert!(outcome.is_ok(), "with the seed {seed:#x}, for `round`");
    }
}

#[test]
fn the_account_is_what_a_receiver_took_over_grpc() {
    rounds(Protocol::Grpc);
}

#[test]
fn the_account_is_what_a_receiver_took_over_http() {
    rounds(Protocol::Http);
}
