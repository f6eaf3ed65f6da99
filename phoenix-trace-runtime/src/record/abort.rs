//! What runs on a thread whose panic ends the process: nothing is unwound there, so its spans are ended here.

use super::carry::with_active;
use super::clock;
use super::current::fail_entered;
use super::part;
use super::strand::Strand;
use super::thread;
use crate::outcome::Failure;

/// Every span that runs on this thread fails, the innermost first, and what was recorded here joins its segment.
pub(crate) fn end_running(failure: &Failure<'_>) {
    while let Some((seed, running)) = with_active(|strand| (strand.seed, running(strand))) {
        for number in &running {
            fail_entered(seed, *number, failure);
        }
        let Some(mut strand) = thread::uninstall() else {
            return;
        };
        strand.read_own_mail();
        let now = clock::now();
        for number in running {
            strand.end(number, now);
        }
        strand.cancel_open(now);
        part::finish(strand);
    }
}

/// The span that runs, and those around it that the strand knows.
fn running(strand: &Strand) -> Vec<u32> {
    let mut running = Vec::new();
    let mut number = strand.current;
    while let Some(record) = strand.record(number) {
        if record.end == 0 {
            running.push(number);
        }
        number = record.parent;
    }
    running
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::private::{self, Site, SpanKind};
    use crate::testing::Capture;
    use crate::{carry, extract};

    #[test]
    fn what_runs_around_something_carried_fails_as_well() {
        static OTHER: Site = Site::new("of another request", SpanKind::Internal, "");
        static ROOT: Site = Site::new("root", SpanKind::Internal, "");
        static INSIDE: Site = Site::new("inside", SpanKind::Internal, "");
        let capture = Capture::new();
        capture.run(|| {
            let _other = private::enter(&OTHER, &[]);
            extract(&[("", ""); 0][..]).run(|| {
                let _root = private::enter(&ROOT, &[]);
                carry(|| {
                    let _inside = private::enter(&INSIDE, &[]);
                    end_running(&Failure::new("panic").text("out of range"));
                })();
            });
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 1 span · 1 error · kept: head, error\n\
             of another request · ✗ panic: out of range\n\
             \n\
             trace · test · 2 spans · 2 errors · kept: head, error\n\
             root · ✗ panic: out of range\n\
             └╴inside · ✗ panic: out of range\n"
        );
    }

    #[test]
    fn what_another_thread_has_ended_fails_and_is_cancelled_no_more() {
        static ROOT: Site = Site::new("root", SpanKind::Internal, "");
        static ENDED: Site = Site::new("ended elsewhere", SpanKind::Internal, "");
        let capture = Capture::new();
        capture.run(|| {
            let _root = private::enter(&ROOT, &[]);
            let mut polled = false;
            let body = async {
                private::start(&ENDED, &[]);
                poll_fn(|_| match std::mem::replace(&mut polled, true) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                })
                .await;
            };
            let mut ended = pin!(private::traced(body, |()| crate::outcome::Outcome::Ok));
            let mut poll = move || {
                let mut context = Context::from_waker(Waker::noop());
                ended.as_mut().poll(&mut context).is_ready()
            };
            assert!(!poll());
            std::thread::scope(|threads| {
                let polling = threads.spawn(move || assert!(poll()));
                polling.join().expect("it ends");
            });
            end_running(&Failure::new("panic").text("out of range"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 2 spans · 1 error · kept: head, error\n\
             root · ✗ panic: out of range\n\
             └╴ended elsewhere\n"
        );
    }
}
