//! What is suspended is reached by others: no piece of mail is lost, and what is left is finished once.

use std::mem::take;

use loom::sync::Arc;
use loom::thread;

use crate::parking::{Delivered, Mailbox, Parked, Parking};
use crate::sync::check;

/// The end of a span, by its number.
type End = u32;

/// A strand with spans that end elsewhere.
#[derive(Debug, Default, PartialEq)]
struct Spans {
    open: u32,
    /// Its owner is done with it.
    left: bool,
    ended: Vec<End>,
}

#[derive(Debug, Default)]
struct Ends(Vec<End>);

impl Mailbox for Ends {
    type Piece = End;
    type All = Vec<End>;

    fn put(&mut self, end: End) {
        self.0.push(end);
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self) -> Vec<End> {
        take(&mut self.0)
    }
}

impl Parked for Spans {
    type Mail = Ends;

    fn read(&mut self, ends: Vec<End>) {
        self.open -= u32::try_from(ends.len()).expect("they are few");
        self.ended.extend(ends);
    }

    fn is_complete(&self) -> bool {
        self.left && self.open == 0
    }
}

/// The way to the spans, and those that are complete.
type Reach = Arc<Parking<Spans>>;

fn spans(open: u32) -> Box<Spans> {
    Box::new(Spans {
        open,
        ..Spans::default()
    })
}

/// Delivers the end of a span. The spans, if they are complete by it.
fn end(reach: &Reach, end: End) -> Option<Box<Spans>> {
    match reach.deliver(end) {
        Delivered::Taken => None,
        Delivered::Completed(spans) => Some(spans),
        Delivered::TooLate(_) => panic!("the spans are not complete without it"),
    }
}

/// Ends a span on a thread of its own.
fn ending(reach: &Reach, number: End) -> thread::JoinHandle<Option<Box<Spans>>> {
    let reach = reach.clone();
    thread::spawn(move || end(&reach, number))
}

/// The owner is done with the spans, which are left to who ends the last of them.
fn leave(reach: &Reach, mut spans: Box<Spans>) -> Option<Box<Spans>> {
    if spans.open == 0 {
        return Some(spans);
    }
    spans.left = true;
    reach.park(spans)
}

/// Looks at the spans if they are parked, as who cuts or counts them does.
fn look(reach: &Reach) -> Option<Box<Spans>> {
    reach.park(reach.take()?)
}

#[test]
fn an_end_is_read_when_the_task_is_suspended_whatever_comes_first() {
    check(|| {
        let reach = Reach::new(Parking::new());
        let other = ending(&reach, 7);
        assert_eq!(reach.park(spans(1)), None);
        assert_eq!(other.join().expect("it delivers"), None);
        // Nothing more happens: it was read by whoever came second.
        assert_eq!(reach.unpark().ended, [7]);
    });
}

#[test]
fn an_end_is_read_however_often_the_task_is_suspended() {
    check(|| {
        let reach = Reach::new(Parking::new());
        let others = [1, 2].map(|number| ending(&reach, number));
        assert_eq!(reach.park(spans(2)), None);
        let spans = reach.unpark();
        assert_eq!(reach.park(spans), None);
        for other in others {
            assert_eq!(other.join().expect("it delivers"), None);
        }
        let mut ended = reach.unpark().ended;
        ended.sort_unstable();
        assert_eq!(ended, [1, 2]);
    });
}

#[test]
fn what_is_left_is_finished_once_by_who_ends_the_last_span() {
    check(|| {
        let reach = Reach::new(Parking::new());
        let others = [1, 2].map(|number| ending(&reach, number));
        let mut finished: Vec<_> = leave(&reach, spans(2)).into_iter().collect();
        for other in others {
            finished.extend(other.join().expect("it delivers"));
        }
        assert_eq!(finished.len(), 1, "{finished:?}");
        finished[0].ended.sort_unstable();
        assert_eq!(finished[0].ended, [1, 2]);
        assert_eq!(reach.take(), None);
    });
}

#[test]
fn who_looks_at_what_is_left_may_be_the_one_who_finishes_it() {
    check(|| {
        let reach = Reach::new(Parking::new());
        assert_eq!(leave(&reach, spans(1)), None);
        let other = ending(&reach, 1);
        let finished: Vec<_> = look(&reach)
            .into_iter()
            .chain(other.join().expect("it delivers"))
            .collect();
        assert_eq!(finished.len(), 1, "{finished:?}");
        assert_eq!(finished[0].ended, [1]);
    });
}

#[test]
fn an_end_is_read_although_others_are_just_reading() {
    check(|| {
        let reach = Reach::new(Parking::new());
        assert_eq!(reach.park(spans(2)), None);
        let others = [1, 2].map(|number| ending(&reach, number));
        // As who cuts does.
        if let Some(mut spans) = reach.take() {
            reach.read(&mut spans);
            assert_eq!(reach.park(spans), None);
        }
        for other in others {
            assert_eq!(other.join().expect("it delivers"), None);
        }
        assert_eq!(reach.unpark().open, 0);
    });
}

#[test]
fn the_owner_gets_back_what_others_look_at() {
    check(|| {
        let reach = Reach::new(Parking::new());
        assert_eq!(reach.park(spans(1)), None);
        let looking = thread::spawn({
            let reach = reach.clone();
            move || look(&reach)
        });
        let other = ending(&reach, 1);
        let spans = reach.unpark();
        let mut finished: Vec<_> = leave(&reach, spans).into_iter().collect();
        for other in [looking, other] {
            finished.extend(other.join().expect("it delivers, or looks"));
        }
        assert_eq!(finished.len(), 1, "{finished:?}");
        assert_eq!(finished[0].ended, [1]);
        assert_eq!(reach.take(), None);
    });
}

#[test]
fn what_is_written_to_spans_that_are_complete_is_read_or_comes_too_late() {
    check(|| {
        let reach = Reach::new(Parking::new());
        let mut spans = spans(1);
        let other = thread::spawn({
            let reach = reach.clone();
            move || matches!(reach.deliver(1), Delivered::TooLate(1))
        });
        // The owner is done with it, and nobody can find it any more but who has found it.
        spans.read(reach.close());
        let too_late = other.join().expect("it delivers");
        assert_eq!(spans.ended.is_empty(), too_late);
        assert!(reach.close().is_empty(), "nothing lies there unread");
    });
}

#[test]
fn a_shutdown_leaves_nothing_unread() {
    check(|| {
        let reach = Reach::new(Parking::new());
        assert_eq!(reach.park(spans(1)), None);
        let other = thread::spawn({
            let reach = reach.clone();
            move || matches!(reach.deliver(1), Delivered::TooLate(1))
        });
        // An empty one stands in for what shutdown takes.
        let taken = reach.take().map(|mut taken| {
            let mail = reach.close();
            assert_eq!(reach.park(spans(0)), None);
            taken.read(mail);
            taken
        });
        let too_late = other.join().expect("it delivers");
        let left = reach.take().expect("its owner finds something");
        match taken {
            Some(taken) => {
                assert_eq!(taken.ended.is_empty(), too_late);
                assert_eq!(*left, Spans::default());
            }
            // The other one had it for a moment.
            None => assert_eq!((left.ended, too_late), (vec![1], false)),
        }
    });
}
