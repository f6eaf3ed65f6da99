//! Empty strands: back from the exporting thread, or from threads that have more than they need.

use crate::record::strand::Strand;

/// What they hold in memory, at most: so what came back from a queue that was full serves the next one, and little is kept
/// where strands are large.
const MOST: usize = 32 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Buffers {
    strands: Vec<Box<Strand>>,
    bytes: usize,
}

impl Buffers {
    /// Gives so many, if they are there: those that came last, whose memory is warm.
    pub(super) fn take(&mut self, number: usize, into: &mut Vec<Box<Strand>>) {
        let first = self.strands.len().saturating_sub(number);
        for strand in self.strands.drain(first..) {
            self.bytes -= strand.bytes();
            into.push(strand);
        }
    }

    /// Takes as many as there is room for, and leaves the others.
    pub(super) fn give(&mut self, strands: &mut impl Iterator<Item = Box<Strand>>) {
        while self.bytes < MOST
            && let Some(strand) = strands.next()
        {
            self.bytes += strand.bytes();
            self.strands.push(strand);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::bootstrap;
    use crate::config::Config;

    /// What is kept of so many strands, each with room for so many spans.
    fn kept(number: usize, spans: usize) -> Vec<Box<Strand>> {
        let pipeline = bootstrap::start(Config::default().no_exporter()).expect("it starts");
        let strands = std::iter::repeat_with(|| {
            let mut strand = Strand::new(pipeline.clone());
            strand.records.reserve_exact(spans);
            strand
        });
        let mut buffers = Buffers::default();
        buffers.give(&mut strands.take(number));
        let mut taken = Vec::new();
        while !buffers.strands.is_empty() {
            buffers.take(100, &mut taken);
        }
        assert_eq!(buffers.bytes, 0);
        taken
    }

    #[test]
    fn what_a_full_queue_held_is_kept() {
        assert_eq!(kept(5_000, 11).len(), 5_000);
    }

    #[test]
    fn few_are_kept_where_they_are_large() {
        let kept = kept(100, 10_000);
        let bytes: usize = kept.iter().map(|strand| strand.bytes()).sum();
        let largest = kept[0].bytes();
        assert!(
            (MOST..MOST + largest).contains(&bytes),
            "{bytes}, of {largest} each"
        );
    }
}
