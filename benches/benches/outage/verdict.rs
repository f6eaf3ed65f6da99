//! What was seen, beside what is promised.

use std::time::{Duration, Instant};

use crate::collector::Taken;
use crate::load::Account;
use crate::service::{Line, Memory, mib};

/// What a process takes beside the queue of 64 MiB: the program, its threads, buffers that are used again, and what the
/// allocator keeps.
const BESIDE_THE_QUEUE: u64 = 96 * 1024 * 1024;
const QUEUE: u64 = 64 * 1024 * 1024;
/// Over an outage the memory does not grow by more than this.
const GROWTH: u64 = 16 * 1024 * 1024;
/// The longest pause between two attempts, twice.
const SECONDS: Duration = Duration::from_secs(10);
/// What is said at the start.
const GREETING: usize = 1;

pub(crate) struct Outage {
    pub(crate) down: Duration,
    pub(crate) memory: Vec<Memory>,
    pub(crate) lines_while_down: Vec<Line>,
    pub(crate) lines_after: Vec<Line>,
    pub(crate) taken: Taken,
    pub(crate) back: Instant,
    pub(crate) account: Account,
}

impl Outage {
    /// Prints what was seen. Is every promise kept?
    pub(crate) fn report(&self) -> bool {
        for Line { at, text } in self.lines_while_down.iter().chain(&self.lines_after) {
            println!("{:>9.1} s  {text}", at.as_secs_f64());
        }
        println!("{}", self.account.text);
        let (rate, taken) = (self.rate(), &self.taken);
        println!("{rate:.0} spans per second ended and were kept");
        println!(
            "taken after the outage: {} spans in {} requests, in {:.1} s",
            taken.spans,
            taken.requests,
            taken.first.zip(taken.last).map_or(0.0, |(first, last)| last
                .duration_since(first)
                .as_secs_f64()),
        );
        let kept = [
            self.memory_within_bound(),
            self.memory_does_not_grow(),
            self.lines(),
            self.resumes(),
            self.errors_first(),
            self.account(),
        ];
        kept.into_iter().all(|kept| kept)
    }

    #[expect(clippy::cast_precision_loss, reason = "it is printed")]
    fn rate(&self) -> f64 {
        let last = self.memory.last().map_or(self.down, |memory| memory.at);
        self.account.ended as f64 / last.as_secs_f64()
    }

    fn most(&self, when: impl Fn(Duration) -> bool) -> u64 {
        let then = self.memory.iter().filter(|memory| when(memory.at));
        then.map(|memory| memory.bytes).max().unwrap_or(0)
    }

    fn memory_within_bound(&self) -> bool {
        let (most, bound) = (self.most(|_| true), QUEUE + BESIDE_THE_QUEUE);
        says(
            most <= bound,
            &format!(
                "resident memory: {:.1} MiB at most, bound {:.0} MiB",
                mib(most),
                mib(bound)
            ),
        )
    }

    /// By its second quarter an outage holds all that it may hold.
    fn memory_does_not_grow(&self) -> bool {
        let early = self.most(|at| at <= self.down / 2);
        let late = self.most(|at| at > self.down / 2 && at <= self.down);
        says(
            late <= early + GROWTH,
            &format!(
                "it does not grow: {:.1} MiB in the first half of the outage, {:.1} MiB in the second",
                mib(early),
                mib(late)
            ),
        )
    }

    fn lines(&self) -> bool {
        let lines = self.lines_while_down.len();
        let bound = GREETING + 1 + (self.down.as_secs() / 60) as usize;
        says(
            lines <= bound,
            &format!(
                "log while the collector was down: {lines} line(s), bound {bound}, the greeting among them"
            ),
        )
    }

    fn resumes(&self) -> bool {
        let after = self
            .taken
            .first
            .map(|first| first.duration_since(self.back));
        says(
            after.is_some_and(|after| after <= SECONDS),
            &format!("first request after the collector was back: {after:.1?}, bound {SECONDS:?}"),
        )
    }

    fn errors_first(&self) -> bool {
        let Taken {
            of_failures_first,
            first_request,
            ..
        } = self.taken;
        says(
            of_failures_first > 0 && of_failures_first >= first_request as u64,
            &format!(
                "errors first: the first {of_failures_first} spans are of segments that failed; the first request had {first_request}"
            ),
        )
    }

    fn account(&self) -> bool {
        let Account {
            balances,
            acknowledged,
            in_doubt,
            ..
        } = self.account;
        let taken = self.taken.spans;
        says(
            balances
                && acknowledged > 0
                && (acknowledged..=acknowledged + in_doubt).contains(&taken),
            &format!(
                "the account balances, and the collector has the {acknowledged} spans that it is said to have: it took {taken}"
            ),
        )
    }
}

fn says(kept: bool, promise: &str) -> bool {
    println!("{}  {promise}", if kept { "kept  " } else { "BROKEN" });
    kept
}
