//! One model for each race.

use std::time::{Duration, Instant};

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use crate::handover::{Handover, Item, Refused};
use crate::orders::{Order, Orders};

#[derive(Debug, PartialEq)]
struct Spans {
    spans: usize,
    bytes: usize,
    failed: bool,
    shard: usize,
}

impl Item for Spans {
    fn spans(&self) -> usize {
        self.spans
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn failed(&self) -> bool {
        self.failed
    }

    fn spread(&self) -> usize {
        self.shard
    }
}

fn success(spans: usize) -> Spans {
    Spans {
        spans,
        bytes: spans,
        failed: false,
        shard: 0,
    }
}

fn failure(spans: usize) -> Spans {
    Spans {
        failed: true,
        ..success(spans)
    }
}

const MAX_BYTES: usize = 100;

type Queue = Handover<Spans, 1>;

/// What the exporting side consists of, without sending.
struct Side {
    queue: Queue,
    orders: Orders,
}

impl Side {
    fn new(max_spans: usize, batch: usize) -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::new(max_spans, MAX_BYTES, batch),
            orders: Orders::new(),
        })
    }

    /// Pushes an item, and says how many spans were taken and how many were given up.
    fn push(&self, item: Spans) -> (usize, usize) {
        let (spans, mut evicted) = (item.spans, Vec::new());
        let pushed = self.queue.push(item, &mut evicted);
        let evicted: usize = evicted.iter().map(|item| item.spans).sum();
        match pushed {
            Ok(()) => (spans, evicted),
            Err(Refused::Full(_) | Refused::Closed(_)) => (0, evicted),
        }
    }

    /// Takes everything that is there and counts it as sent.
    fn send_all(&self, mark: Option<&crate::handover::Mark<1>>) -> usize {
        let mut sent = 0;
        loop {
            let taken = self.queue.take(0, 1, mark);
            if taken.is_empty() {
                return sent;
            }
            for entry in taken {
                self.queue.release(entry.item.spans, entry.item.bytes);
                sent += entry.item.spans;
            }
        }
    }

    /// The worker's loop: sends what is there, answers flushes, sleeps, and ends when it is told to.
    fn work(&self) -> usize {
        let mut sent = 0;
        loop {
            match self.orders.next() {
                Order::Stop { .. } => {
                    self.queue.close();
                    sent += self.send_all(None);
                    self.orders.end();
                    return sent;
                }
                Order::Flush { number, .. } => {
                    let mark = self.queue.mark();
                    sent += self.send_all(Some(&mark));
                    self.orders.answer(number, true);
                }
                Order::Nothing => sent += self.send_all(None),
            }
            // What is counted and not there yet is due a little later.
            if self.queue.spans() > 0 {
                thread::yield_now();
            } else if self.orders.next() == Order::Nothing {
                self.queue.wake.wait();
            }
        }
    }

    fn stop(&self) {
        self.orders.stop(far(), &self.queue.wake);
        assert_eq!(self.orders.wait_for_end(far()), Some(true));
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    // Two find what is wrong in seconds; `scripts/loom` allows more.
    builder.preemption_bound.get_or_insert(2);
    builder.check(model);
}

#[test]
fn what_is_pushed_wakes_the_worker() {
    check(|| {
        let side = Side::new(100, 10);
        let pushers = [1, 2].map(|spans| {
            let side = side.clone();
            thread::spawn(move || assert_eq!(side.push(success(spans)), (spans, 0)))
        });
        // It ends only if no wake-up is lost.
        let mut sent = 0;
        while sent < 3 {
            sent += side.send_all(None);
            if side.queue.spans() > 0 {
                thread::yield_now();
            } else if sent < 3 {
                side.queue.wake.wait();
            }
        }
        for pusher in pushers {
            pusher.join().expect("it pushes");
        }
        assert_eq!(side.queue.spans(), 0);
    });
}

#[test]
fn what_is_pushed_beside_something_that_is_refused_wakes_the_worker() {
    check(|| {
        let side = Side::new(3, 10);
        let push = |bytes| {
            let (side, item) = (
                side.clone(),
                Spans {
                    bytes,
                    ..success(1)
                },
            );
            thread::spawn(move || side.push(item).0)
        };
        let (small, large) = (push(1), push(MAX_BYTES + 1));
        let worker = thread::spawn({
            let side = side.clone();
            move || {
                let mut sent = 0;
                while sent == 0 && side.orders.next() == Order::Nothing {
                    sent += side.send_all(None);
                    if side.queue.spans() > 0 {
                        thread::yield_now();
                    } else if sent == 0 && side.orders.next() == Order::Nothing {
                        side.queue.wake.wait();
                    }
                }
                sent
            }
        });
        assert_eq!(
            large.join().expect("it pushes"),
            0,
            "there is no room for it"
        );
        let taken = small.join().expect("it pushes");
        if taken == 0 {
            // For a moment the large one took its room. Nothing is there to wake anybody.
            side.orders.stop(far(), &side.queue.wake);
        }
        assert_eq!(worker.join().expect("it ends"), taken);
        assert_eq!(side.queue.spans(), 0);
    });
}

#[test]
fn what_is_pushed_while_the_queue_closes_is_taken_or_refused() {
    check(|| {
        let side = Side::new(100, 1);
        let pusher = thread::spawn({
            let side = side.clone();
            move || side.push(success(1)).0 + side.push(success(2)).0
        });
        side.queue.close();
        let sent = side.send_all(None);
        let taken = pusher.join().expect("it pushes");
        assert_eq!(sent, taken, "nothing is left behind");
        assert_eq!(side.queue.spans(), 0);
    });
}

#[test]
fn what_ended_before_a_flush_is_sent_when_it_returns() {
    check(|| {
        let side = Side::new(100, 10);
        let worker = thread::spawn({
            let side = side.clone();
            move || side.work()
        });
        let other = thread::spawn({
            let side = side.clone();
            move || side.push(success(4)).0
        });
        assert_eq!(side.push(success(1)).0, 1);
        let number = side.orders.ask(far(), &side.queue.wake);
        assert!(side.orders.wait_for(number, far()));
        // What the other one pushes may be there, what was pushed here is not.
        assert!(
            [0, 4].contains(&side.queue.spans()),
            "{}",
            side.queue.spans()
        );
        let taken = 1 + other.join().expect("it pushes");
        side.stop();
        assert_eq!(worker.join().expect("it ends"), taken);
        assert_eq!(side.queue.spans(), 0);
    });
}

#[test]
fn a_flush_a_shutdown_and_a_span_that_ends_now() {
    check(|| {
        let side = Side::new(100, 10);
        let worker = thread::spawn({
            let side = side.clone();
            move || side.work()
        });
        let flusher = thread::spawn({
            let side = side.clone();
            move || {
                let taken = side.push(success(1)).0;
                let number = side.orders.ask(far(), &side.queue.wake);
                assert!(side.orders.wait_for(number, far()), "it is answered");
                taken
            }
        });
        side.stop();
        let taken = flusher.join().expect("it returns");
        assert_eq!(worker.join().expect("it ends"), taken);
        assert_eq!(side.queue.spans(), 0);
    });
}

#[test]
fn a_failure_takes_the_place_of_a_success_that_may_be_on_its_way() {
    check(|| {
        let side = Side::new(1, 10);
        assert_eq!(side.push(success(1)), (1, 0));
        let pusher = thread::spawn({
            let side = side.clone();
            move || side.push(failure(1))
        });
        let mut sent = side.send_all(None);
        let (taken, evicted) = pusher.join().expect("it pushes");
        sent += side.send_all(None);
        assert_eq!(sent, 1 + taken - evicted, "each is in one place");
        assert!(taken == 1 || evicted == 0, "nothing went in vain");
        assert_eq!(side.queue.spans(), 0);
    });
}
