//! The strands of a segment join: it is decided once, on all of them, and no failure is missed.

use std::mem::take;

use loom::sync::Arc;
use loom::thread;

use crate::joining::{Joining, Undecided};
use crate::parking::{Delivered, Mailbox, Parked, Parking};
use crate::sync::{Mutex, check, lock};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Kept,
    Dropped,
}

#[derive(Clone, Debug, Default)]
struct Strand {
    name: &'static str,
    failed: bool,
    /// It waits for the end of a span that failed elsewhere.
    open: bool,
    /// Strands that were counted for it and that it did not make.
    unused: u32,
}

#[derive(Debug, Default)]
struct Waiting {
    strands: Vec<Strand>,
    /// A failure came late.
    failed: bool,
}

/// A segment without spans, and what became of its strands.
#[derive(Debug)]
struct Segment {
    joining: Joining<Waiting, Verdict>,
    decided: Mutex<Decided>,
}

#[derive(Clone, Debug, Default)]
struct Decided {
    /// How often the whole was decided.
    decisions: u32,
    kept: Vec<&'static str>,
    dropped: Vec<&'static str>,
    late_errors: u32,
}

type Lock<'a> = Undecided<'a, Waiting, Verdict>;

impl Segment {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            joining: Joining::new(Waiting::default()),
            decided: Mutex::new(Decided::default()),
        })
    }

    /// A strand that something fails in, before it joins.
    fn failing(&self, name: &'static str) -> Strand {
        self.joining.fails();
        Strand {
            failed: true,
            ..strand(name)
        }
    }

    fn join(&self, strand: Strand) {
        match self.joining.join(strand.failed, strand.unused) {
            Ok(mut undecided) => {
                undecided.waiting().strands.push(strand);
                if undecided.is_last() {
                    self.decide(undecided);
                }
            }
            Err(verdict) => {
                let late = verdict == Verdict::Dropped && strand.failed;
                self.carry_out(verdict, vec![strand]);
                lock(&self.decided).late_errors += u32::from(late);
            }
        }
    }

    /// The grace period is over.
    fn decide_now(&self) {
        if let Ok(undecided) = self.joining.enter() {
            self.decide(undecided);
        }
    }

    /// What has joined of a segment that stays open.
    fn decide_so_far(&self) {
        if let Ok(mut undecided) = self.joining.enter() {
            let (verdict, strands) = verdict(&mut undecided);
            drop(undecided);
            self.carry_out(verdict, strands);
        }
    }

    fn decide(&self, mut undecided: Lock<'_>) {
        let (verdict, strands) = verdict(&mut undecided);
        undecided.decide(verdict);
        lock(&self.decided).decisions += 1;
        self.carry_out(verdict, strands);
    }

    fn carry_out(&self, verdict: Verdict, strands: Vec<Strand>) {
        let mut decided = lock(&self.decided);
        let list = match verdict {
            Verdict::Kept => &mut decided.kept,
            Verdict::Dropped => &mut decided.dropped,
        };
        list.extend(strands.into_iter().map(|strand| strand.name));
    }

    /// A failure was told of a strand that has joined.
    fn fail_late(&self) {
        let entered = self.joining.enter();
        self.joining.fail_no_more(1);
        match entered {
            Ok(mut undecided) => undecided.waiting().failed = true,
            Err(Verdict::Kept) => {}
            Err(Verdict::Dropped) => lock(&self.decided).late_errors += 1,
        }
    }

    /// What was decided, each list in order.
    fn decided(&self) -> Decided {
        let mut decided = lock(&self.decided).clone();
        decided.kept.sort_unstable();
        decided.dropped.sort_unstable();
        decided
    }
}

/// Only failures keep a segment.
fn verdict(undecided: &mut Lock<'_>) -> (Verdict, Vec<Strand>) {
    let failing = undecided.has_failing();
    let waiting = undecided.waiting();
    let strands = take(&mut waiting.strands);
    let failed = take(&mut waiting.failed) || failing || strands.iter().any(|strand| strand.failed);
    let verdict = if failed {
        Verdict::Kept
    } else {
        Verdict::Dropped
    };
    (verdict, strands)
}

fn strand(name: &'static str) -> Strand {
    Strand {
        name,
        ..Strand::default()
    }
}

/// Does it on a thread of its own.
fn elsewhere(
    segment: &Arc<Segment>,
    work: impl FnOnce(&Segment) + Send + 'static,
) -> thread::JoinHandle<()> {
    let segment = segment.clone();
    thread::spawn(move || work(&segment))
}

fn wait_for(others: impl IntoIterator<Item = thread::JoinHandle<()>>) {
    for other in others {
        other.join().expect("no model panics elsewhere");
    }
}

#[test]
fn the_last_to_join_decides_on_all_of_them() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(2);
        let one = elsewhere(&segment, |segment| segment.join(strand("one")));
        let two = elsewhere(&segment, |segment| segment.join(segment.failing("two")));
        segment.join(strand("root"));
        wait_for([one, two]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        assert_eq!(decided.kept, ["one", "root", "two"]);
    });
}

#[test]
fn who_makes_another_strand_is_not_the_last() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(1);
        let branch = elsewhere(&segment, |segment| {
            segment.joining.make(1);
            segment.join(strand("branch"));
            segment.join(segment.failing("its branch"));
        });
        segment.join(strand("root"));
        wait_for([branch]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        assert_eq!(decided.kept, ["branch", "its branch", "root"]);
    });
}

#[test]
fn strands_that_were_counted_and_not_made_join_with_who_could_have_made_them() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(3);
        let branch = elsewhere(&segment, |segment| {
            segment.joining.make(2);
            segment.join(Strand {
                unused: 1,
                ..strand("branch")
            });
            segment.join(segment.failing("its branch"));
        });
        segment.join(Strand {
            unused: 2,
            ..strand("root")
        });
        wait_for([branch]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        assert_eq!(decided.kept, ["branch", "its branch", "root"]);
    });
}

#[test]
fn a_grace_period_that_is_over_and_a_strand_that_joins_decide_once() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(1);
        let branch = elsewhere(&segment, |segment| segment.join(segment.failing("branch")));
        segment.join(strand("root"));
        segment.decide_now();
        wait_for([branch]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        match decided.late_errors {
            0 => assert_eq!(decided.kept, ["branch", "root"]),
            _ => assert_eq!(decided.dropped, ["branch", "root"]),
        }
    });
}

#[test]
fn what_joins_while_a_segment_is_cut_is_decided_once() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(2);
        let one = elsewhere(&segment, |segment| segment.join(strand("one")));
        let two = elsewhere(&segment, |segment| segment.join(segment.failing("two")));
        segment.decide_so_far();
        segment.join(strand("root"));
        wait_for([one, two]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1, "the whole, whatever was cut");
        assert!(decided.kept.contains(&"two"), "{decided:?}");
        let mut all = decided.kept;
        all.extend(decided.dropped);
        all.sort_unstable();
        assert_eq!(all, ["one", "root", "two"]);
    });
}

#[test]
fn a_failure_that_has_happened_keeps_what_is_decided_while_its_strand_joins() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(1);
        let failing = segment.failing("branch");
        let branch = elsewhere(&segment, |segment| segment.join(failing));
        segment.join(strand("root"));
        segment.decide_now();
        wait_for([branch]);
        let decided = segment.decided();
        assert_eq!(decided.kept, ["branch", "root"]);
    });
}

#[test]
fn a_failure_that_has_happened_keeps_what_is_cut_while_its_strand_joins() {
    check(|| {
        let segment = Segment::new();
        segment.joining.make(2);
        segment.join(strand("one"));
        let failing = segment.failing("two");
        let two = elsewhere(&segment, |segment| segment.join(failing));
        segment.decide_so_far();
        wait_for([two]);
        assert!(segment.decided().kept.contains(&"one"));
    });
}

/// A failure that is told to a strand.
struct Failure;

#[derive(Debug, Default)]
struct Failures(u32);

impl Mailbox for Failures {
    type Piece = Failure;
    type All = u32;

    fn put(&mut self, _: Failure) {
        self.0 += 1;
    }

    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn take(&mut self) -> u32 {
        take(&mut self.0)
    }
}

/// A strand with the segment that it joins.
#[derive(Debug)]
struct Member {
    strand: Strand,
    segment: Arc<Segment>,
}

impl Member {
    fn branch(segment: &Arc<Segment>, open: bool) -> Box<Self> {
        let (strand, segment) = (strand("branch"), segment.clone());
        let strand = Strand { open, ..strand };
        Box::new(Self { strand, segment })
    }

    fn join(self) {
        self.segment.join(self.strand);
    }
}

impl Parked for Member {
    type Mail = Failures;

    fn read(&mut self, failures: u32) {
        if failures > 0 {
            self.strand.open = false;
            self.strand.failed = true;
            // The strand itself fails before what was told does so no more.
            self.segment.joining.fails();
            self.segment.joining.fail_no_more(failures);
        }
    }

    fn is_complete(&self) -> bool {
        !self.strand.open
    }
}

/// Tells a strand of a failure.
fn tell(reach: &Parking<Member>, segment: &Segment) {
    segment.joining.fails();
    match reach.deliver(Failure) {
        Delivered::Taken => {}
        Delivered::Completed(member) => member.join(),
        Delivered::TooLate(Failure) => segment.fail_late(),
    }
}

#[test]
fn a_failure_that_was_told_keeps_what_is_decided_while_it_is_read() {
    check(|| {
        let (segment, reach) = (Segment::new(), Arc::new(Parking::<Member>::new()));
        segment.joining.make(1);
        tell(&reach, &segment);
        let reading = elsewhere(&segment, {
            let (reach, member) = (reach.clone(), Member::branch(&segment, true));
            move |_| reach.park(member).expect("it was told").join()
        });
        segment.join(strand("root"));
        segment.decide_now();
        wait_for([reading]);
        assert_eq!(segment.decided().kept, ["branch", "root"]);
    });
}

#[test]
fn a_failure_that_is_told_to_a_strand_keeps_its_segment_or_is_late() {
    check(|| {
        let (segment, reach) = (Segment::new(), Arc::new(Parking::<Member>::new()));
        segment.joining.make(1);
        let telling = elsewhere(&segment, {
            let reach = reach.clone();
            move |segment| tell(&reach, segment)
        });
        if let Some(member) = reach.park(Member::branch(&segment, true)) {
            member.join();
        }
        segment.join(strand("root"));
        // The grace period is over.
        segment.decide_now();
        wait_for([telling]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        match decided.late_errors {
            0 => assert_eq!(decided.kept, ["branch", "root"]),
            _ => assert_eq!(decided.dropped, ["branch", "root"]),
        }
    });
}

#[test]
fn a_failure_that_is_told_to_a_strand_while_it_joins_keeps_its_segment_or_is_late() {
    check(|| {
        let (segment, reach) = (Segment::new(), Arc::new(Parking::<Member>::new()));
        segment.joining.make(1);
        let telling = elsewhere(&segment, {
            let reach = reach.clone();
            move |segment| tell(&reach, segment)
        });
        let root = elsewhere(&segment, |segment| segment.join(strand("root")));
        let mut member = Member::branch(&segment, false);
        member.read(reach.close());
        member.join();
        wait_for([telling, root]);
        let decided = segment.decided();
        assert_eq!(decided.decisions, 1);
        match decided.late_errors {
            0 => assert_eq!(decided.kept, ["branch", "root"]),
            _ => assert_eq!(decided.dropped, ["branch", "root"]),
        }
    });
}
