//! How long requests and operations take: strands in, when their segments are decided; histograms out, when they are collected.
//! Every span that ended is measured once, sampled or not. Threads that measure meet in no lock but for a series that is new,
//! and allocate nothing for one that is known.

mod collect;
mod histogram;
mod instrument;
mod key;
mod registry;
mod shard;
mod sites;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;
use std::sync::Mutex;

use crossbeam_utils::CachePadded;

#[cfg(any(feature = "otlp", feature = "prometheus"))]
pub(super) use collect::SeriesNow;
pub(super) use collect::Snapshot;
#[cfg(feature = "prometheus")]
pub(super) use histogram::Exemplar;
pub(super) use instrument::UNIT;

use collect::Totals;
use instrument::Bounds;
use key::LeftOut;
use registry::Registry;
use shard::Shard;

use crate::pipeline::thread_number;
use crate::record::segment::{Kept, lock};
use crate::record::stored::StoredAttr;
use crate::record::strand::Strand;
use crate::sensitive::Sensitive;

/// One for each of so many threads; further threads share them.
const SHARDS: usize = 64;

/// How durations are told.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// At most so many series of each instrument, and one more for all others.
    pub(crate) series: usize,
    /// Do spans of kept traces stand as examples?
    pub(crate) exemplars: bool,
    /// Attributes that are sensitive by their names are left out.
    pub(crate) sensitive: Sensitive,
}

/// The durations of what one pipeline records.
pub(crate) struct Durations {
    bounds: Bounds,
    left_out: LeftOut,
    exemplars: bool,
    shards: Box<[CachePadded<Mutex<Shard>>]>,
    registry: Mutex<Registry>,
    totals: Mutex<Totals>,
}

impl fmt::Debug for Durations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Durations")
    }
}

impl Durations {
    /// For so many readers.
    pub(crate) fn new(settings: &Settings, readers: usize) -> Self {
        Self {
            bounds: Bounds::new(),
            left_out: LeftOut::of(&settings.sensitive),
            exemplars: settings.exemplars,
            shards: (0..SHARDS).map(|_| CachePadded::default()).collect(),
            registry: Mutex::new(Registry::new(settings.series)),
            totals: Mutex::new(Totals::new(readers)),
        }
    }

    /// Measures the spans of a strand whose segment is decided. `kept`: it is exported, so that its spans may stand as examples
    /// of what was measured.
    pub(crate) fn measure(&self, strand: &Strand, kept: Option<&Kept>) {
        if !strand.records.is_empty() {
            let kept = kept.filter(|_| self.exemplars);
            self.shard().measure(self, strand, kept);
        }
    }

    /// Measures a span that its strand gives up as it ends, with these attributes.
    pub(crate) fn measure_given_up(&self, strand: &Strand, place: usize, attrs: &[StoredAttr]) {
        self.shard().measure_one(self, strand, place, attrs, None);
    }

    fn shard(&self) -> std::sync::MutexGuard<'_, Shard> {
        lock(&self.shards[thread_number() % SHARDS])
    }
}
