//! What all threads have measured, put together when somebody reads it: totals since the start, or what that reader has not taken
//! yet. What one reader does is nothing to the others.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::KeyValue;

use super::Durations;
use super::histogram::{Exemplar, Recent, put};
use super::instrument::{Instrument, MOST_BUCKETS};
use super::registry::Known;
use crate::record::clock::{self, Ticks};
use crate::record::segment::lock;

/// All series at one moment.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "otlp"),
    expect(dead_code, reason = "only OTLP tells all of it")
)]
pub(crate) struct Snapshot {
    /// Since when they are measured, in nanoseconds since 1970.
    pub(crate) start: u64,
    /// When they were collected.
    pub(crate) time: u64,
    /// Is it what came since the last one that was taken, and not all?
    pub(crate) delta: bool,
    /// Those of one instrument in a row.
    pub(crate) series: Vec<SeriesNow>,
}

#[derive(Debug)]
#[cfg_attr(
    not(feature = "otlp"),
    expect(dead_code, reason = "only OTLP tells all of it")
)]
pub(crate) struct SeriesNow {
    known: Arc<Known>,
    /// How many values each bucket has.
    pub(crate) buckets: Vec<u64>,
    /// In seconds, as all that follow.
    pub(crate) sum: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) exemplars: Vec<(f64, Exemplar)>,
}

impl SeriesNow {
    #[cfg(test)]
    pub(super) fn new(
        known: Arc<Known>,
        buckets: Vec<u64>,
        sum: f64,
        exemplars: Vec<(f64, Exemplar)>,
    ) -> Self {
        Self {
            known,
            buckets,
            sum,
            min: 0.0,
            max: sum,
            exemplars,
        }
    }

    pub(crate) fn instrument(&self) -> &'static Instrument {
        self.known.instrument
    }

    pub(crate) fn attributes(&self) -> &[KeyValue] {
        &self.known.attributes
    }

    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

/// Numbers that only grow.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers {
    buckets: [u64; MOST_BUCKETS],
    nanos: u128,
}

impl Numbers {
    const NONE: Self = Self {
        buckets: [0; MOST_BUCKETS],
        nanos: 0,
    };

    fn add(&mut self, recent: &Recent) {
        for (all, more) in self.buckets.iter_mut().zip(&recent.buckets) {
            *all += more;
        }
        self.nanos += u128::from(clock::nanos(recent.sum));
    }

    fn less(mut self, taken: &Self) -> Self {
        for (all, taken) in self.buckets.iter_mut().zip(&taken.buckets) {
            *all -= taken;
        }
        self.nanos -= taken.nanos;
        self
    }
}

/// The least and the most of some durations.
#[derive(Clone, Copy, Debug)]
struct Span(Ticks, Ticks);

impl Span {
    const NONE: Self = Self(Ticks::MAX, 0);

    fn add(&mut self, other: Self) {
        *self = Self(self.0.min(other.0), self.1.max(other.1));
    }
}

/// One series in all.
#[derive(Debug)]
struct Total {
    known: Arc<Known>,
    numbers: Numbers,
    span: Span,
    /// For each reader.
    read: Vec<Read>,
}

/// A series as one reader has it.
#[derive(Debug)]
struct Read {
    /// The numbers as they were when they were last collected, and last taken.
    collected: Numbers,
    taken: Numbers,
    /// What was collected and is not taken, and what came after that.
    pending: Recently,
    new: Recently,
    told: Told,
}

/// When the last exemplar of each bucket ended that was collected.
#[derive(Debug)]
struct Told([u64; MOST_BUCKETS]);

impl Told {
    const NOTHING: Self = Self([0; MOST_BUCKETS]);

    /// Is it newer than the one before? Spans are measured when they are decided, so that one that ended earlier may come later;
    /// Prometheus refuses such a one.
    fn advance(&mut self, exemplar: &Exemplar) -> bool {
        let last = &mut self.0[exemplar.bucket];
        let newer = exemplar.at > *last;
        *last = exemplar.at.max(*last);
        newer
    }
}

/// What is told of the time since something only.
#[derive(Debug)]
struct Recently {
    span: Span,
    exemplars: Vec<Exemplar>,
}

impl Recently {
    const NONE: Self = Self {
        span: Span::NONE,
        exemplars: Vec::new(),
    };

    fn add(&mut self, recent: &Recent) {
        self.span.add(Span(recent.least, recent.most));
        for exemplar in &recent.exemplars {
            put(&mut self.exemplars, *exemplar);
        }
    }

    fn append(&mut self, later: &mut Self, told: &mut Told) {
        self.span
            .add(std::mem::replace(&mut later.span, Span::NONE));
        for exemplar in later.exemplars.drain(..).filter(|new| told.advance(new)) {
            put(&mut self.exemplars, exemplar);
        }
    }
}

impl Read {
    const NOTHING: Self = Self {
        collected: Numbers::NONE,
        taken: Numbers::NONE,
        pending: Recently::NONE,
        new: Recently::NONE,
        told: Told::NOTHING,
    };
}

impl Total {
    fn new(known: Arc<Known>, readers: usize) -> Self {
        Self {
            known,
            numbers: Numbers::NONE,
            span: Span::NONE,
            read: (0..readers).map(|_| Read::NOTHING).collect(),
        }
    }

    fn add(&mut self, recent: &Recent) {
        self.numbers.add(recent);
        self.span.add(Span(recent.least, recent.most));
        for read in &mut self.read {
            read.new.add(recent);
        }
    }

    fn now(&mut self, reader: usize, delta: bool) -> Option<SeriesNow> {
        let read = self.read.get_mut(reader)?;
        read.collected = self.numbers;
        read.pending.append(&mut read.new, &mut read.told);
        let (numbers, span) = if delta {
            (self.numbers.less(&read.taken), read.pending.span)
        } else {
            (self.numbers, self.span)
        };
        let buckets = self.known.instrument.bounds.len() + 1;
        let example = |exemplar: &Exemplar| (seconds(exemplar.ticks), *exemplar);
        Some(SeriesNow {
            known: self.known.clone(),
            buckets: numbers.buckets[..buckets].to_vec(),
            sum: numbers.nanos as f64 / 1e9,
            min: seconds(span.0),
            max: seconds(span.1),
            exemplars: read.pending.exemplars.iter().map(example).collect(),
        })
    }
}

fn seconds(ticks: Ticks) -> f64 {
    clock::nanos(ticks) as f64 / 1e9
}

#[derive(Debug)]
pub(super) struct Totals {
    start: u64,
    /// For each reader.
    times: Vec<Times>,
    series: Vec<Total>,
}

/// When one reader has collected last, and when it had collected what it took last.
#[derive(Clone, Copy, Debug)]
struct Times {
    collected: u64,
    taken: u64,
}

impl Totals {
    pub(super) fn new(readers: usize) -> Self {
        let start = now();
        let times = Times {
            collected: start,
            taken: start,
        };
        Self {
            start,
            times: vec![times; readers],
            series: Vec::new(),
        }
    }
}

impl Durations {
    /// What was measured, for one of the readers: since the start, or, with `delta`, since what it has last
    /// [taken](Self::taken). What is measured meanwhile is in this snapshot or in the next.
    pub(crate) fn collect(&self, reader: usize, delta: bool) -> Snapshot {
        // Read first: a total never comes out of the future.
        let time = now();
        let mut totals = lock(&self.totals);
        self.drain(&mut totals);
        let (mut start, mut end) = (totals.start, time);
        if let Some(times) = totals.times.get_mut(reader) {
            times.collected = time.max(times.collected);
            end = times.collected;
            if delta {
                start = times.taken;
            }
        }
        let series = totals.series.iter_mut();
        let mut series: Vec<SeriesNow> = series.filter_map(|s| s.now(reader, delta)).collect();
        series.retain(|series| series.count() > 0);
        // Instruments lie in one list, in its order.
        series.sort_by_key(|series| std::ptr::from_ref(series.instrument()).addr());
        Snapshot {
            start,
            time: end,
            delta,
            series,
        }
    }

    /// What this reader has last collected has arrived.
    #[cfg(feature = "otlp")]
    pub(crate) fn taken(&self, reader: usize) {
        let mut totals = lock(&self.totals);
        if let Some(times) = totals.times.get_mut(reader) {
            times.taken = times.collected;
        }
        for read in totals
            .series
            .iter_mut()
            .filter_map(|series| series.read.get_mut(reader))
        {
            read.taken = read.collected;
            read.pending = Recently::NONE;
        }
    }

    fn drain(&self, totals: &mut Totals) {
        /// Series that are taken under one lock, so that nobody who measures waits for long.
        const AT_ONCE: usize = 32;
        for shard in &self.shards {
            let mut from = 0;
            loop {
                let mut some = Vec::new();
                let mut shard = lock(shard);
                let end = shard.series.len().min(from + AT_ONCE);
                for local in &mut shard.series[from..end] {
                    if !local.recent.is_empty() {
                        some.push((local.number, take(&mut local.recent)));
                    }
                }
                let is_last = end == shard.series.len();
                drop(shard);
                for (number, recent) in some {
                    if let Some(total) = self.total(totals, number) {
                        total.add(&recent);
                    }
                }
                if is_last {
                    break;
                }
                from = end;
            }
        }
    }

    fn total<'a>(&self, totals: &'a mut Totals, number: u32) -> Option<&'a mut Total> {
        let number = number as usize;
        if number >= totals.series.len() {
            let registry = lock(&self.registry);
            let new = &registry.known[totals.series.len()..];
            let readers = totals.times.len();
            let new = new.iter().cloned().map(|known| Total::new(known, readers));
            totals.series.extend(new);
        }
        totals.series.get_mut(number)
    }
}

/// What it has, but for the memory that its examples are kept in.
fn take(recent: &mut Recent) -> Recent {
    let exemplars: Vec<Exemplar> = recent.exemplars.drain(..).collect();
    let kept = std::mem::take(&mut recent.exemplars);
    let taken = std::mem::take(recent);
    recent.exemplars = kept;
    Recent { exemplars, ..taken }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
}
