//! Places in the code, by their address: where the series of an operation that ended well is found at once.

use crate::record::site::Site;

/// A table with open addressing; a program has as many sites as it has annotations.
#[derive(Debug, Default)]
pub(super) struct Sites {
    /// A power of two of them, at least twice as many as are taken. An address of zero: free.
    slots: Vec<(usize, u32)>,
    taken: usize,
}

impl Sites {
    const FIRST: usize = 64;

    #[inline]
    pub(super) fn get(&self, site: &'static Site) -> Option<usize> {
        let address = std::ptr::from_ref(site).addr();
        let mut at = self.first(address);
        loop {
            let (there, series) = *self.slots.get(at)?;
            if there == address {
                return Some(series as usize);
            }
            if there == 0 {
                return None;
            }
            at = self.after(at);
        }
    }

    pub(super) fn insert(&mut self, site: &'static Site, series: u32) {
        if 2 * (self.taken + 1) > self.slots.len() {
            let larger = vec![(0, 0); (2 * self.slots.len()).max(Self::FIRST)];
            let slots = std::mem::replace(&mut self.slots, larger);
            for slot in slots.into_iter().filter(|(there, _)| *there != 0) {
                self.put(slot);
            }
        }
        self.taken += 1;
        self.put((std::ptr::from_ref(site).addr(), series));
    }

    fn put(&mut self, slot: (usize, u32)) {
        let mut at = self.first(slot.0);
        while self.slots[at].0 != 0 {
            at = self.after(at);
        }
        self.slots[at] = slot;
    }

    /// Fibonacci hashing: addresses of neighbours are spread.
    #[inline]
    fn first(&self, address: usize) -> usize {
        let hash = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (hash >> 32) as usize & self.slots.len().wrapping_sub(1)
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::site::SpanKind;

    #[test]
    fn each_site_is_found_again() {
        let site =
            || -> &'static Site { Box::leak(Box::new(Site::new("site", SpanKind::Internal, ""))) };
        let all: Vec<_> = (0..1000).map(|_| site()).collect();
        let mut sites = Sites::default();
        for (site, series) in all.iter().zip(0..) {
            assert_eq!(sites.get(site), None);
            sites.insert(site, series);
        }
        for (site, series) in all.iter().zip(0..) {
            assert_eq!(sites.get(site), Some(series));
        }
    }
}
