//! Chains of indices: what of one list belongs to which entry of another, found in time linear in both, in memory that is used
//! again.

use super::stored::NONE;

/// Chains of indices, each in the order of recording.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    heads: Vec<u32>,
    next: Vec<u32>,
}

impl Chains {
    pub(crate) fn reset(&mut self, chains: usize, links: usize) {
        self.heads.clear();
        self.heads.resize(chains, NONE);
        // What is left of the last use is overwritten before it is read.
        self.next.resize(links, NONE);
    }

    /// Gives back memory beyond so many entries.
    pub(crate) fn shrink_to(&mut self, entries: usize) {
        self.heads.clear();
        self.next.clear();
        self.heads.shrink_to(entries);
        self.next.shrink_to(entries);
    }

    /// Puts `index` before all others of `chain`.
    #[inline]
    pub(crate) fn push_front(&mut self, chain: usize, index: usize) {
        if let Some(head) = self.heads.get_mut(chain) {
            self.next[index] = std::mem::replace(head, index as u32);
        }
    }

    #[inline]
    pub(crate) fn of(&self, chain: usize) -> impl Iterator<Item = usize> {
        let mut at = self.heads.get(chain).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let index = at as usize;
            at = *self.next.get(index)?;
            Some(index)
        })
    }
}
