//! What all threads have measured, put together when it is collected: totals since the start, or what nobody has taken yet.

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
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Numbers {
    buckets: [u64; MOST_BUCKETS],
    nanos: u128,
}

impl Numbers {
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

    fn add(&mut self, recent: &Recent) {
        *self = Self(self.0.min(recent.least), self.1.max(recent.most));
    }
}

/// One series in all.
#[derive(Debug)]
struct Total {
    known: Arc<Known>,
    numbers: Numbers,
    span: Span,
    /// As they were when they were last collected, and last taken.
    collected: Numbers,
    taken: Numbers,
    /// Since they were last taken.
    span_since: Span,
    exemplars: Vec<Exemplar>,
}

impl Total {
    fn new(known: Arc<Known>) -> Self {
        Self {
            known,
            numbers: Numbers::default(),
            span: Span::NONE,
            collected: Numbers::default(),
            taken: Numbers::default(),
            span_since: Span::NONE,
            exemplars: Vec::new(),
        }
    }

    fn now(&mut self, delta: bool) -> SeriesNow {
        self.collected = self.numbers;
        let (numbers, span) = if delta {
            (self.numbers.less(&self.taken), self.span_since)
        } else {
            (self.numbers, self.span)
        };
        let buckets = self.known.instrument.bounds.len() + 1;
        let example = |exemplar: &Exemplar| (seconds(exemplar.ticks), *exemplar);
        SeriesNow {
            known: self.known.clone(),
            buckets: numbers.buckets[..buckets].to_vec(),
            sum: numbers.nanos as f64 / 1e9,
            min: seconds(span.0),
            max: seconds(span.1),
            exemplars: self.exemplars.iter().map(example).collect(),
        }
    }
}

fn seconds(ticks: Ticks) -> f64 {
    clock::nanos(ticks) as f64 / 1e9
}

#[derive(Debug)]
pub(super) struct Totals {
    start: u64,
    /// When what was last taken had been collected.
    since: u64,
    collected_at: u64,
    series: Vec<Total>,
}

impl Totals {
    pub(super) fn new() -> Self {
        let now = now();
        Self {
            start: now,
            since: now,
            collected_at: now,
            series: Vec::new(),
        }
    }
}

impl Durations {
    /// What was measured: since the start, or, with `delta`, since what was last [taken](Self::taken). What is measured
    /// meanwhile is in this snapshot or in the next.
    pub(crate) fn collect(&self, delta: bool) -> Snapshot {
        // Read first: a total never comes out of the future.
        let time = now();
        let mut totals = lock(&self.totals);
        self.drain(&mut totals);
        totals.collected_at = time.max(totals.collected_at);
        let start = if delta { totals.since } else { totals.start };
        let mut series: Vec<SeriesNow> = totals.series.iter_mut().map(|s| s.now(delta)).collect();
        series.retain(|series| series.count() > 0);
        // Instruments lie in one list, in its order.
        series.sort_by_key(|series| std::ptr::from_ref(series.instrument()).addr());
        Snapshot {
            start,
            time: totals.collected_at,
            delta,
            series,
        }
    }

    /// What was last collected has arrived.
    #[cfg(feature = "otlp")]
    pub(crate) fn taken(&self) {
        let mut totals = lock(&self.totals);
        totals.since = totals.collected_at;
        for series in &mut totals.series {
            series.taken = series.collected;
            series.span_since = Span::NONE;
            series.exemplars.clear();
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
                        total.numbers.add(&recent);
                        total.span.add(&recent);
                        total.span_since.add(&recent);
                        for exemplar in recent.exemplars {
                            put(&mut total.exemplars, exemplar);
                        }
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
            totals.series.extend(new.iter().cloned().map(Total::new));
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
