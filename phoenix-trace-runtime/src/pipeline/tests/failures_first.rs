//! Spans of segments in which something failed: the first to be sent, the last to go.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fake::{Fake, Rig, later, settings, taken};
use crate::pipeline::{DropReason, Sending, Stats};
use crate::record::segment::lock;

fn dropped(stats: &Stats, reason: DropReason) -> u64 {
    let of_reason = stats.dropped.iter().find(|(r, _)| *r == reason);
    of_reason.map_or(0, |(_, spans)| *spans)
}

fn down() -> Fake {
    Fake::new(|_| later())
}

#[test]
fn failures_are_sent_first_although_they_came_last() {
    let fake = down();
    let settings = Sending {
        batch: 2,
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    for name in ["s1", "s2", "s3"] {
        rig.record(&[name]);
    }
    rig.record_failure(&["f1", "f2"]);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&sent);
    fake.now(move |request| {
        lock(&names).extend(request.spans.clone());
        taken()
    });
    assert!(rig.flush());
    assert_eq!(lock(&sent)[..2], ["f1", "f2"]);
    assert_eq!(lock(&sent).len(), 5);
}

#[test]
fn a_queue_full_of_successes_makes_room_for_failures() {
    let fake = down();
    let settings = Sending {
        queue_spans: 100,
        batch: 1000,
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    for _ in 0..150 {
        rig.record(&["success"]);
    }
    let stats = rig.stats();
    assert_eq!(dropped(&stats, DropReason::QueueFull), 50, "{stats}");
    for _ in 0..90 {
        rig.record_failure(&["failure"]);
    }
    let stats = rig.stats();
    assert_eq!(
        (stats.queued, dropped(&stats, DropReason::QueueFull)),
        (100, 140),
        "{stats}"
    );
    // Ten successes are left: eleven failures more, and one has to go.
    for _ in 0..11 {
        rig.record_failure(&["failure"]);
    }
    // A success does not go for a success, and does not take the place of a failure.
    rig.record(&["success"]);
    let stats = rig.stats();
    assert_eq!(
        (stats.queued, dropped(&stats, DropReason::QueueFull)),
        (100, 152),
        "{stats}"
    );
    fake.now(|_| taken());
    assert!(rig.flush());
    let names: Vec<String> = fake.requests().pop().expect("a request").spans;
    assert!(names.iter().all(|name| name == "failure"), "{names:?}");
    assert_eq!(rig.stats().acknowledged, 100);
}

#[test]
fn the_bound_in_bytes_makes_room_for_failures_too() {
    let fake = down();
    let settings = Sending {
        queue_bytes: 64 * 1024,
        batch: 100_000,
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    for _ in 0..1000 {
        rig.record(&["success"]);
    }
    let full = rig.stats().queued;
    assert!(full < 1000, "{full} spans of 64 KiB");
    rig.record_failure(&["failure"]);
    assert!(rig.stats().queued <= full, "there is no room for more");
    fake.now(|_| taken());
    assert!(rig.flush());
    assert!(fake.names().contains("failure"));
}

#[test]
fn a_failure_that_is_larger_than_the_queue_evicts_nothing() {
    let fake = down();
    let settings = Sending {
        queue_spans: 3,
        batch: 1000,
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    rig.record(&["success"]);
    rig.record_failure(&["failure", "a", "b", "c"]);
    let stats = rig.stats();
    assert_eq!(
        (stats.queued, dropped(&stats, DropReason::QueueFull)),
        (1, 4),
        "{stats}"
    );
}

#[test]
fn a_batch_that_had_its_time_loses_its_successes_and_keeps_its_failures() {
    let fake = down();
    let settings = Sending {
        retry_for: Duration::ZERO,
        delay: Duration::from_millis(1),
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    rig.record_failure(&["failure"]);
    (0..5).for_each(|_| rig.record(&["success"]));
    rig.wait_until(|stats| stats.failed == 5);
    let seen = fake.requests().len();
    fake.wait_for(|requests| requests.len() > seen + 2);
    assert_eq!(rig.pipeline.stats().failed, 5);
    fake.now(|_| taken());
    rig.wait_until(|stats| stats.acknowledged == 1);
}

#[test]
fn a_failure_that_can_never_be_sent_does_not_hold_up_the_others() {
    let fake = Fake::new(|request| {
        if request.has("poison") {
            later()
        } else {
            taken()
        }
    });
    let settings = Sending {
        retry_for: Duration::from_millis(20),
        delay: Duration::from_millis(1),
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    rig.record_failure(&["poison"]);
    for _ in 0..10 {
        rig.record_failure(&["failure"]);
    }
    rig.wait_until(|stats| stats.queued == 0);
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.failed), (10, 1), "{stats}");
}

/// An outage under full load, from four threads; what an hour does, seconds do with small bounds and short pauses.
#[test]
fn in_an_outage_memory_is_bounded_and_after_it_failures_are_the_first() {
    const SPANS: usize = 200;
    // More than the worker may hold, which nobody can make room of.
    const BYTES: usize = 1024 * 1024;
    const FAILURES: u64 = 30;
    let fake = down();
    let settings = Sending {
        queue_spans: SPANS,
        queue_bytes: BYTES,
        batch: 50,
        delay: Duration::from_millis(1),
        ..settings()
    };
    let rig = Rig::new(settings, &fake);
    let load = || {
        for number in 0..20_000 {
            rig.record(&["success", "child"]);
            if number % 100 == 0 {
                let (spans, bytes) = rig.pipeline.first.queue.held();
                // What is being pushed is counted before it is refused, by each thread.
                assert!(spans <= SPANS + 4 * 2, "{spans} spans");
                assert!(bytes <= BYTES + 4 * 64 * 1024, "{bytes} bytes");
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(load);
        }
        for _ in 0..FAILURES {
            rig.record_failure(&["failure"]);
        }
    });
    fake.wait_for(|requests| requests.len() > 20);
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.failed), (0, 0), "{stats}");
    assert!(stats.queued <= SPANS as u64, "{stats}");

    let seen = fake.requests().len();
    fake.now(|_| taken());
    // It comes back by itself, and the failures before all else.
    let requests = fake.wait_for(|requests| {
        let sent = requests[seen..].iter().flat_map(|request| &request.spans);
        sent.filter(|name| *name == "success").count() >= 50
    });
    let after = requests[seen..].iter().skip_while(|r| !r.has("failure"));
    let names: Vec<&String> = after.flat_map(|request| &request.spans).collect();
    let failures = names.iter().take_while(|name| **name == "failure").count();
    assert_eq!(failures as u64, FAILURES, "{names:?}");
    assert!(rig.flush());
    let stats = rig.stats();
    assert_eq!(stats.queued, 0, "{stats}");
    assert_eq!(
        stats.acknowledged + dropped(&stats, DropReason::QueueFull),
        stats.ended
    );
}
