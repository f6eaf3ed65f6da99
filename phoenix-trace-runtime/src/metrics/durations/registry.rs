//! Which series there are: at most so many of each instrument. Asked only for a series that a thread meets for the first time.

use std::collections::HashMap;
use std::sync::Arc;

use opentelemetry::KeyValue;

use super::instrument::{INSTRUMENTS, Instrument};
use super::key::{attributes_of, instrument_of, overflow};

/// A series.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) instrument: &'static Instrument,
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Debug)]
pub(super) struct Registry {
    limit: usize,
    numbers: HashMap<Arc<[u8]>, u32>,
    /// By their numbers.
    pub(super) known: Vec<Arc<Known>>,
    /// How many series each instrument has, but for that of the others.
    of_each: Vec<usize>,
}

/// What becomes of the spans of a series.
pub(super) enum Admitted {
    /// They have a series of their own, with this number.
    Own(Arc<[u8]>, u32),
    /// The instrument has as many as it may: they are among the others. No series will be added to these.
    Full {
        others: u32,
        all: Vec<(Arc<[u8]>, u32)>,
    },
}

impl Registry {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            numbers: HashMap::new(),
            known: Vec::new(),
            of_each: vec![0; INSTRUMENTS.len()],
        }
    }

    pub(super) fn admit(&mut self, key: &[u8]) -> Admitted {
        if let Some((key, number)) = self.numbers.get_key_value(key) {
            return Admitted::Own(key.clone(), *number);
        }
        let instrument = instrument_of(key);
        if self.of_each[instrument] < self.limit {
            self.of_each[instrument] += 1;
            let (key, number) = self.add(key);
            return Admitted::Own(key, number);
        }
        let overflow = overflow(instrument);
        let own =
            |(key, _): &(&Arc<[u8]>, &u32)| instrument_of(key) == instrument && ***key != overflow;
        let all = self.numbers.iter().filter(own);
        let all = all.map(|(key, number)| (key.clone(), *number)).collect();
        let others = match self.numbers.get(&overflow[..]) {
            Some(number) => *number,
            None => self.add(&overflow).1,
        };
        Admitted::Full { others, all }
    }

    fn add(&mut self, key: &[u8]) -> (Arc<[u8]>, u32) {
        let number = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        self.known.push(Arc::new(Known {
            instrument: &INSTRUMENTS[instrument_of(key)],
            attributes: attributes_of(key),
        }));
        let key: Arc<[u8]> = key.into();
        self.numbers.insert(key.clone(), number);
        (key, number)
    }
}
