//! The attributes of one span, event or link as they are exported: the last value of a key wins, in the place of the first.

use std::collections::HashMap;

use crate::record::stored::Stored;

#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) list: Vec<(&'static str, Source)>,
    /// Where each key is, once there are more than [`Self::FEW`].
    places: HashMap<&'static str, usize>,
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Stored(Stored),
    Function(&'static str),
    Reasons,
    Correlation,
}

impl Attributes {
    /// As many are looked through one by one.
    const FEW: usize = 32;

    pub(super) fn clear(&mut self) {
        self.list.clear();
        if !self.places.is_empty() {
            self.places.clear();
        }
    }

    #[inline]
    pub(super) fn set(&mut self, key: &'static str, source: Source) {
        if self.list.len() > Self::FEW {
            self.set_among_many(key, source);
            return;
        }
        match self.list.iter_mut().find(|(there, _)| *there == key) {
            Some((_, there)) => *there = source,
            None => self.list.push((key, source)),
        }
    }

    #[cold]
    fn set_among_many(&mut self, key: &'static str, source: Source) {
        if self.places.is_empty() {
            let keys = self.list.iter().zip(0..);
            self.places
                .extend(keys.map(|((key, _), place)| (*key, place)));
        }
        let place = *self.places.entry(key).or_insert(self.list.len());
        match self.list.get_mut(place) {
            Some((_, there)) => *there = source,
            None => self.list.push((key, source)),
        }
    }
}
