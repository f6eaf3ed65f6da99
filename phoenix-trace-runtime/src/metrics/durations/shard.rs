//! What one thread, or a few, have measured: found by the site of an operation that ended well, else by the values of the
//! attributes.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::Durations;
use super::histogram::{Exemplar, Recent};
use super::instrument::{INSTRUMENTS, index_of};
use super::key::{Found, instrument_of};
use super::registry::Admitted;
use super::sites::Sites;
use crate::hash::Words;
use crate::record::chains::Chains;
use crate::record::details::Owner;
use crate::record::failure::keys::ERROR_TYPE;
use crate::record::segment::{Kept, lock};
use crate::record::site::Measured;
use crate::record::stored::{Record, StoredAttr};
use crate::record::strand::Strand;

/// Memory for the attributes of more spans than this is not kept for the next strand.
const KEEP: usize = 1024;
/// What stands for a failure that has no type (semantic conventions, `error.type`).
const OTHER: &str = "_OTHER";

#[derive(Debug, Default)]
pub(super) struct Shard {
    by_site: Sites,
    by_key: HashMap<Arc<[u8]>, u32, BuildHasherDefault<Words>>,
    pub(super) series: Vec<Local>,
    /// For each instrument that has as many series as it may, all of which are known here: the series of the others.
    full: Vec<Option<u32>>,
    /// Used again and again: the spans of a strand that their attributes tell apart, these by span, and a key.
    described: Vec<u32>,
    attrs: Chains,
    key: Vec<u8>,
}

/// A series as this shard has it.
#[derive(Debug)]
pub(super) struct Local {
    /// Its number in all.
    pub(super) number: u32,
    instrument: usize,
    pub(super) recent: Recent,
}

impl Shard {
    #[inline]
    pub(super) fn measure(&mut self, all: &Durations, strand: &Strand, kept: Option<&Kept>) {
        for (place, record) in strand.records.iter().enumerate() {
            let Some(measured) = record.site.measured.filter(|_| record.end != 0) else {
                continue;
            };
            let plain = !record.failed && !record.has_own_name();
            match plain.then(|| self.by_site.get(record.site)).flatten() {
                Some(series) => self.add(all, series, strand, place, kept),
                None if record.failed || measured != Measured::Operation => {
                    self.described.push(place as u32);
                }
                None => {
                    let series = self.of_operation(all, strand, record, measured);
                    self.add(all, series, strand, place, kept);
                }
            }
        }
        match *self.described {
            [] => {}
            [one] => {
                self.described.clear();
                self.measure_one(all, strand, one as usize, &strand.attrs, kept);
            }
            _ => self.measure_described(all, strand, kept),
        }
    }

    /// The same for one span, whose attributes are among these.
    pub(super) fn measure_one(
        &mut self,
        all: &Durations,
        strand: &Strand,
        place: usize,
        attrs: &[StoredAttr],
        kept: Option<&Kept>,
    ) {
        if let Some(record) = strand.records.get(place)
            && let Some(measured) = record.site.measured
        {
            let of_it = |attr: &&StoredAttr| Owner::of(attr.owner) == Owner::Span(place as u32);
            let attrs = attrs.iter().filter(of_it);
            let series = self.of_described(all, strand, record, measured, attrs);
            self.add(all, series, strand, place, kept);
        }
    }

    /// The same for several: their attributes are found in one pass.
    fn measure_described(&mut self, all: &Durations, strand: &Strand, kept: Option<&Kept>) {
        let described = std::mem::take(&mut self.described);
        let mut chains = std::mem::take(&mut self.attrs);
        chains.reset(strand.records.len(), strand.attrs.len());
        for (index, attr) in strand.attrs.iter().enumerate().rev() {
            if let Owner::Span(place) = Owner::of(attr.owner) {
                chains.push_front(place as usize, index);
            }
        }
        for place in &described {
            let place = *place as usize;
            if let Some(record) = strand.records.get(place)
                && let Some(measured) = record.site.measured
            {
                let attrs = chains.of(place).filter_map(|at| strand.attrs.get(at));
                let series = self.of_described(all, strand, record, measured, attrs);
                self.add(all, series, strand, place, kept);
            }
        }
        chains.shrink_to(KEEP);
        self.attrs = chains;
        self.described = described;
        self.described.clear();
        self.described.shrink_to(KEEP);
    }

    #[inline]
    fn add(
        &mut self,
        all: &Durations,
        series: usize,
        strand: &Strand,
        place: usize,
        kept: Option<&Kept>,
    ) {
        let Local {
            instrument, recent, ..
        } = &mut self.series[series];
        let record = &strand.records[place];
        let ticks = record.end.saturating_sub(record.start);
        let bucket = recent.add(all.bounds.of(*instrument), ticks);
        if let Some(kept) = kept {
            recent.exemplify(Exemplar {
                bucket,
                trace_id: strand.context.trace_id,
                span_id: strand.id_at(place),
                at: kept.anchor.unix().nanos(record.end),
                ticks,
            });
        }
    }

    /// The series of an operation that has ended well.
    fn of_operation(
        &mut self,
        all: &Durations,
        strand: &Strand,
        record: &Record,
        measured: Measured,
    ) -> usize {
        let series = self.of_described(all, strand, record, measured, std::iter::empty());
        if !record.has_own_name() {
            self.by_site.insert(record.site, series as u32);
        }
        series
    }

    /// The series of a span with these attributes.
    fn of_described<'a>(
        &mut self,
        all: &Durations,
        strand: &'a Strand,
        record: &'a Record,
        measured: Measured,
        attrs: impl Iterator<Item = &'a StoredAttr>,
    ) -> usize {
        let instrument = index_of(measured);
        let mut found = Found::default();
        for attr in attrs {
            found.note(instrument, strand, attr);
        }
        if measured == Measured::Operation {
            found.set_text(0, strand.name_of(record));
        }
        let mut names = INSTRUMENTS[instrument].attributes.iter();
        if record.failed
            && let Some(error) = names.position(|name| *name == ERROR_TYPE.name)
            && !found.has(error)
        {
            found.set_text(error, OTHER);
        }
        let mut key = std::mem::take(&mut self.key);
        found.write(instrument, &all.left_out, &mut key);
        let series = self.by_key.get(&key[..]).copied();
        let series = series.or_else(|| self.full.get(instrument).copied().flatten());
        let series = series.unwrap_or_else(|| self.admit(all, &key));
        self.key = key;
        series as usize
    }

    /// A series that this shard meets for the first time.
    #[cold]
    fn admit(&mut self, all: &Durations, key: &[u8]) -> u32 {
        let instrument = instrument_of(key);
        let admitted = lock(&all.registry).admit(key);
        match admitted {
            Admitted::Own(key, number) => self.insert(key, number, instrument),
            Admitted::Full { others, all } => {
                for (key, number) in all {
                    if !self.by_key.contains_key(&key) {
                        self.insert(key, number, instrument);
                    }
                }
                let others = self.push(others, instrument);
                self.full.resize(INSTRUMENTS.len(), None);
                self.full[instrument] = Some(others);
                others
            }
        }
    }

    fn insert(&mut self, key: Arc<[u8]>, number: u32, instrument: usize) -> u32 {
        let series = self.push(number, instrument);
        self.by_key.insert(key, series);
        series
    }

    fn push(&mut self, number: u32, instrument: usize) -> u32 {
        self.series.push(Local {
            number,
            instrument,
            recent: Recent::default(),
        });
        u32::try_from(self.series.len() - 1).unwrap_or(u32::MAX)
    }
}
