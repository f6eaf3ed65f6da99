//! What each answer of a receiver means for the spans of a batch.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::fake::{Fake, NEVER, Reply, Rig, SOON, later, refused, settings, taken};
use crate::pipeline::destination::Answer;
use crate::pipeline::{DropReason, Sdk, Sending};
use crate::record::segment::lock;

const ELEVEN: [&str; 11] = ["root", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// A destination whose first replies are these, and which takes everything after that.
fn first(replies: impl IntoIterator<Item = Reply> + 'static) -> Fake
where
    Vec<Reply>: FromIterator<Reply>,
{
    let mut replies = replies.into_iter().collect::<Vec<_>>().into_iter();
    Fake::new(move |_| replies.next().unwrap_or_else(taken))
}

#[test]
fn what_a_partial_success_refuses_is_counted_and_not_sent_again() {
    let fake = first([Reply::Answer(Answer::Taken {
        rejected: 3,
        message: "too old".to_owned(),
    })]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.rejected), (8, 3), "{stats}");
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_receiver_that_claims_to_have_refused_more_than_it_got_breaks_no_account() {
    let fake = first([Reply::Answer(Answer::Taken {
        rejected: 1000,
        message: String::new(),
    })]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().rejected, 11);
}

#[test]
fn what_may_be_sent_later_is_sent_again() {
    let fake = first([later(), later(), later()]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
    assert_eq!(fake.requests().len(), 4);
}

#[test]
fn without_a_flush_too_it_is_sent_again() {
    let fake = first([later(), later(), later()]);
    let delay = Duration::from_millis(1);
    let rig = Rig::new(
        Sending {
            delay,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    fake.wait_for(|requests| requests.len() == 4);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
}

fn after(after: Duration) -> Fake {
    first([Reply::Answer(Answer::Later {
        why: "too many requests".to_owned(),
        after: Some(after),
    })])
}

#[test]
fn a_receiver_that_asks_for_time_gets_it_from_a_flush_too() {
    const TIME: Duration = Duration::from_millis(300);
    let fake = after(TIME);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    let requests = fake.requests();
    let waited = requests[1].at.duration_since(requests[0].at);
    assert!(waited >= TIME, "it came back after {waited:?}");
}

#[test]
fn a_receiver_that_asks_for_a_year_does_not_get_it() {
    let fake = after(Duration::from_secs(365 * 24 * 3600));
    let longest_wait = Duration::from_millis(20);
    let rig = Rig::new(
        Sending {
            longest_wait,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
}

#[test]
fn a_flush_that_a_receiver_leaves_no_time_for_says_so_and_loses_nothing() {
    let fake = after(NEVER);
    let longest_wait = NEVER;
    let rig = Rig::new(
        Sending {
            longest_wait,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    assert!(!rig.pipeline.flush(Duration::from_millis(50)));
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.queued), (0, 11), "{stats}");
    // The end does not wait for it either.
    assert!(!rig.pipeline.shutdown(SOON));
    let stats = rig.stats();
    assert_eq!((stats.failed, stats.queued), (11, 0), "{stats}");
}

/// Takes everything but requests with a span called `bad`.
fn fastidious() -> Fake {
    Fake::new(|request| {
        if request.has("bad") {
            refused()
        } else {
            taken()
        }
    })
}

#[test]
fn a_span_that_is_refused_takes_nothing_with_it() {
    for place in 0..11 {
        let fake = fastidious();
        let rig = Rig::new(settings(), &fake);
        let mut names = ELEVEN;
        names[place] = "bad";
        rig.record(&ELEVEN);
        rig.record(&names);
        rig.record(&ELEVEN);
        assert!(rig.flush());
        let stats = rig.stats();
        assert_eq!((stats.acknowledged, stats.rejected), (32, 1), "{stats}");
        assert!(fake.requests().len() <= 14, "{:?}", fake.requests());
        let alone = fake.requests().iter().any(|r| r.spans == ["bad"]);
        assert!(alone, "it was not sent by itself");
    }
}

#[test]
fn several_spans_that_are_refused_take_nothing_with_them() {
    let fake = fastidious();
    let rig = Rig::new(settings(), &fake);
    for _ in 0..20 {
        rig.record(&ELEVEN);
    }
    rig.record(&["bad", "bad", "a", "bad"]);
    for _ in 0..20 {
        rig.record(&ELEVEN);
    }
    rig.record(&["bad"]);
    assert!(rig.flush());
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.rejected), (441, 4), "{stats}");
}

#[test]
fn a_receiver_that_refuses_everything_is_not_asked_about_every_span() {
    let fake = Fake::new(|_| refused());
    let rig = Rig::new(settings(), &fake);
    for batch in 1..=5 {
        for _ in 0..46 {
            rig.record(&ELEVEN);
        }
        assert!(rig.flush());
        assert_eq!(rig.stats().rejected, batch * 506);
    }
    let requests = fake.requests().len();
    assert!(requests <= 5 * 20, "{requests} requests");
}

#[test]
fn a_batch_that_is_too_large_is_sent_in_parts() {
    let fake = Fake::new(|request| {
        let why = "larger than 3 spans".to_owned();
        if request.spans.len() > 3 {
            Reply::Answer(Answer::TooLarge { why })
        } else {
            taken()
        }
    });
    let rig = Rig::new(settings(), &fake);
    (0..20).for_each(|_| rig.record(&ELEVEN));
    assert!(rig.flush());
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.rejected), (220, 0), "{stats}");
}

#[test]
fn a_strand_that_is_larger_than_a_batch_is_sent_in_several() {
    let fake = first([]);
    let rig = Rig::new(
        Sending {
            batch: 4,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    assert!(rig.flush());
    let sizes: Vec<usize> = fake.requests().iter().map(|r| r.spans.len()).collect();
    assert_eq!(sizes, [4, 4, 3]);
    assert_eq!(fake.names().len(), 11);
    assert_eq!(rig.stats().acknowledged, 11);
}

#[test]
fn a_part_that_may_be_sent_later_is_sent_later_without_the_parts_that_arrived() {
    let mut requests = 0;
    let fake = Fake::new(move |_| {
        requests += 1;
        if requests == 2 { later() } else { taken() }
    });
    let rig = Rig::new(
        Sending {
            batch: 4,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    assert!(rig.flush());
    let sent: usize = fake.requests().iter().map(|r| r.spans.len()).sum();
    assert_eq!(sent, 15, "four spans were sent twice");
    assert_eq!(rig.stats().acknowledged, 11);
}

#[test]
fn what_no_receiver_will_ever_take_has_failed_at_once() {
    let why = || "unauthenticated".to_owned();
    let fake = Fake::new(move |_| Reply::Answer(Answer::Hopeless { why: why() }));
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(!rig.flush(), "it was given up");
    assert_eq!(rig.stats().failed, 11);
    assert_eq!(fake.requests().len(), 1);
}

fn unknown(again: bool) -> Reply {
    let why = "the connection broke".to_owned();
    Reply::Answer(Answer::Unknown { why, again })
}

#[test]
fn what_may_have_arrived_is_sent_again_only_where_that_is_right() {
    let fake = first([unknown(true)]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
    assert_eq!(fake.requests().len(), 2);

    let fake = first([unknown(false)]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(!rig.flush());
    assert_eq!(rig.stats().in_doubt, 11);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn what_may_have_arrived_once_is_in_doubt_at_the_end() {
    let fake = first([unknown(true)]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    fake.now({
        let mut unknown = Some(unknown(true));
        move |_| unknown.take().unwrap_or_else(later)
    });
    assert!(!rig.pipeline.shutdown(SOON));
    let stats = rig.stats();
    assert_eq!((stats.in_doubt, stats.failed), (11, 0), "{stats}");
}

#[test]
fn what_may_have_arrived_is_in_doubt_although_a_receiver_refuses_it_later() {
    let fake = first([
        unknown(true),
        Reply::Answer(Answer::Taken {
            rejected: 3,
            message: "these were here before".to_owned(),
        }),
    ]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    let stats = rig.stats();
    assert_eq!(
        (stats.acknowledged, stats.in_doubt, stats.rejected),
        (8, 3, 0),
        "{stats}"
    );
}

#[test]
fn an_attempt_that_takes_too_long_leaves_its_spans_in_doubt() {
    let fake = first([Reply::Hang]);
    let timeout = Duration::from_millis(20);
    let rig = Rig::new(
        Sending {
            timeout,
            ..settings()
        },
        &fake,
    );
    rig.record(&ELEVEN);
    assert!(!rig.flush());
    assert_eq!(rig.stats().in_doubt, 11);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
}

#[test]
fn a_panic_leaves_a_batch_in_doubt_and_later_ones_arrive() {
    let fake = first([Reply::Panic]);
    let rig = Rig::new(settings(), &fake);
    rig.record(&ELEVEN);
    assert!(!rig.flush());
    assert_eq!(rig.stats().in_doubt, 11);
    rig.record(&ELEVEN);
    assert!(rig.flush());
    assert_eq!(rig.stats().acknowledged, 11);
}

/// An exporter of the SDK that answers with these results, one after the other, and then with success.
#[derive(Debug)]
struct Results {
    results: Mutex<Vec<OTelSdkResult>>,
    spans: std::sync::Arc<AtomicUsize>,
}

impl SpanExporter for Results {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.spans.fetch_add(batch.len(), Ordering::SeqCst);
        lock(&self.results).pop().unwrap_or(Ok(()))
    }
}

#[test]
fn an_exporter_of_the_sdk_that_fails_is_tried_again_unless_it_timed_out() {
    let sent = |result| {
        let spans = std::sync::Arc::default();
        let exporter = Results {
            results: Mutex::new(vec![result]),
            spans: std::sync::Arc::clone(&spans),
        };
        let rig = Rig::of([(settings(), Box::new(Sdk(exporter)) as _)]);
        rig.record(&ELEVEN);
        rig.flush();
        let stats = rig.stats();
        (
            spans.load(Ordering::SeqCst),
            stats.acknowledged,
            stats.in_doubt,
        )
    };
    let failure = OTelSdkError::InternalFailure("no route to host".to_owned());
    assert_eq!(sent(Err(failure)), (22, 11, 0));
    let timeout = OTelSdkError::Timeout(Duration::from_secs(1));
    assert_eq!(sent(Err(timeout)), (11, 0, 11));
}

#[test]
fn what_ends_after_the_end_is_counted() {
    let rig = Rig::new(settings(), &first([]));
    rig.record(&ELEVEN);
    assert!(rig.pipeline.shutdown(SOON));
    rig.record(&ELEVEN);
    let stats = rig.stats();
    let late = (DropReason::AlreadyShutdown, 11);
    assert!(stats.dropped.contains(&late), "{stats}");
    assert_eq!(stats.acknowledged, 11);
    assert!(rig.flush(), "there is nothing to be sent");
}
