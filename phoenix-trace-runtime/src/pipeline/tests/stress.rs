//! Many threads, receivers that fail at random, random bounds, flushes and a shutdown among them: the account balances at
//! every quiet moment, and what the receivers took is what it says.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::fake::{Fake, Reply, Request, Rig, SOON, later, refused, taken};
use crate::pipeline::destination::{Answer, Destination};
use crate::pipeline::{Limits, Sending, Stats};
use crate::record::segment::lock;

const ROUNDS: u64 = 25;
const THREADS: u64 = 4;
const SEGMENTS: u64 = 60;
const PHASES: u64 = 3;

/// A receiver that fails at random while it is told to, and knows what it took.
struct Receiver {
    fake: Fake,
    took: Arc<Mutex<HashSet<String>>>,
}

impl Receiver {
    fn new(seed: u64, failing: &Arc<AtomicBool>) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let (took, failing) = (Arc::new(Mutex::default()), Arc::clone(failing));
        let fake = Fake::new({
            let took = Arc::clone(&took);
            move |request| {
                if !failing.load(Ordering::SeqCst) {
                    take(&took, request, request.spans.len());
                    return taken();
                }
                reply(&mut random, &took, request)
            }
        });
        Self { fake, took }
    }

    fn took(&self) -> u64 {
        lock(&self.took).len() as u64
    }
}

fn take(took: &Mutex<HashSet<String>>, request: &Request, number: usize) {
    lock(took).extend(request.spans[..number].iter().cloned());
}

fn reply(random: &mut StdRng, took: &Mutex<HashSet<String>>, request: &Request) -> Reply {
    let all = request.spans.len();
    let fault = random.random_range(0..16);
    let arrived = if random.random() { all } else { 0 };
    let why = || "told to fail".to_owned();
    if request.spans.iter().any(|name| name.starts_with("bad")) {
        return refused();
    }
    match fault {
        0..6 => {
            take(took, request, all);
            taken()
        }
        6 => {
            let rejected = random.random_range(0..=all);
            take(took, request, all - rejected);
            let message = why();
            Reply::Answer(Answer::Taken { rejected, message })
        }
        7..9 => later(),
        9 => {
            let after = Some(Duration::from_millis(random.random_range(0..3)));
            Reply::Answer(Answer::Later { why: why(), after })
        }
        10 => refused(),
        11 if all > 3 => Reply::Answer(Answer::TooLarge { why: why() }),
        12 => Reply::Answer(Answer::Hopeless { why: why() }),
        13 => {
            take(took, request, arrived);
            Reply::Hang
        }
        _ => {
            take(took, request, arrived);
            let again = random.random();
            Reply::Answer(Answer::Unknown { why: why(), again })
        }
    }
}

fn sending(random: &mut StdRng) -> Sending {
    let mut milliseconds = |range| Duration::from_millis(random.random_range(range));
    let (delay, timeout) = (milliseconds(0..5), milliseconds(1..10));
    let (retry_for, first_pause) = (milliseconds(0..30), milliseconds(0..2));
    Sending {
        queue_spans: random.random_range(1..400),
        queue_bytes: random.random_range(1_000..400_000),
        batch: random.random_range(1..80),
        delay,
        timeout,
        retry_for,
        first_pause,
        longest_pause: Duration::from_millis(2),
        longest_wait: Duration::from_millis(2),
        ..Sending::default()
    }
}

/// Records segments of random sizes, every name once, and flushes now and then.
fn load(rig: &Rig, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    for segment in 0..SEGMENTS {
        let kind = if random.random_ratio(1, 40) {
            "bad"
        } else {
            "span"
        };
        let spans = random.random_range(1..12);
        let names: Vec<String> = (0..spans)
            .map(|span| format!("{kind} {seed:x} {segment} {span}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if random.random_ratio(1, 5) {
            rig.record_failure(&names);
        } else {
            rig.record(&names);
        }
        if random.random_ratio(1, 30) {
            let deadline = Duration::from_millis(random.random_range(0..5));
            rig.pipeline.flush(deadline);
        }
    }
}

fn check(stats: &Stats, receivers: &[Receiver]) {
    assert!(stats.balances(), "{stats}");
    let accounts = std::iter::once((stats.acknowledged, stats.in_doubt, stats.queued)).chain(
        stats
            .also
            .iter()
            .map(|also| (also.acknowledged, also.in_doubt, also.queued)),
    );
    for (account, receiver) in accounts.zip(receivers) {
        let (acknowledged, in_doubt, queued) = account;
        let took = receiver.took();
        assert_eq!(queued, 0, "{stats}");
        assert!(acknowledged <= took, "it took {took}: {stats}");
        assert!(took <= acknowledged + in_doubt, "it took {took}: {stats}");
    }
}

fn round(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let failing = Arc::new(AtomicBool::new(true));
    let receivers: Vec<Receiver> = (0..random.random_range(1..=3))
        .map(|_| Receiver::new(random.random(), &failing))
        .collect();
    let limits = Limits {
        spans_per_segment: random.random_range(2..15),
        ..Limits::default()
    };
    let rig = Rig::with_limits(
        limits,
        receivers.iter().map(|receiver| {
            let fake = Box::new(receiver.fake.clone()) as Box<dyn Destination>;
            (sending(&mut random), fake)
        }),
    );
    for phase in 0..PHASES {
        failing.store(true, Ordering::SeqCst);
        let last = phase + 1 == PHASES;
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (rig, seed) = (&rig, seed ^ (phase << 8 | thread) << 32);
                scope.spawn(move || load(rig, seed));
            }
            if last {
                let shutdown =
                    |milliseconds| rig.pipeline.shutdown(Duration::from_millis(milliseconds));
                scope.spawn(move || shutdown(20));
                scope.spawn(move || shutdown(5));
            }
        });
        if !last {
            failing.store(false, Ordering::SeqCst);
            // What was under way when it stopped failing may have been given up since.
            while !rig.pipeline.flush(SOON) {}
        }
        check(&rig.pipeline.stats(), &receivers);
    }
}

#[test]
fn the_account_balances_whatever_the_receivers_do() {
    let first: u64 = rand::random();
    for seed in (0..ROUNDS).map(|round| first.wrapping_add(round)) {
        let outcome = std::panic::catch_unwind(|| round(seed));
        assert!(outcome.is_ok(), "with the seed {seed:#x}, for `round`");
    }
}
