//! How long spans take, for metrics: each is measured once, where its strand is decided or gives it up.

use super::Pipeline;
use crate::record::segment::Kept;
use crate::record::stored::StoredAttr;
use crate::record::strand::Strand;

#[cfg(feature = "metrics")]
impl Pipeline {
    /// From here on it is measured how long spans take. Set once, before anything is recorded.
    pub(crate) fn measure_into(&self, durations: std::sync::Arc<crate::metrics::Durations>) {
        drop(self.durations.set(durations));
    }

    /// Measures the spans of a strand whose segment is decided; `kept`: to be exported.
    #[inline]
    pub(super) fn measure(&self, strand: &Strand, kept: Option<&Kept>) {
        if let Some(durations) = self.durations.get() {
            durations.measure(strand, kept);
        }
    }

    /// Measures a span that its strand gives up as it ends, with these attributes.
    pub(crate) fn measure_given_up(&self, strand: &Strand, place: usize, attrs: &[StoredAttr]) {
        if let Some(durations) = self.durations.get() {
            durations.measure_given_up(strand, place, attrs);
        }
    }
}

#[cfg(not(feature = "metrics"))]
impl Pipeline {
    #[inline]
    pub(super) fn measure(&self, _: &Strand, _: Option<&Kept>) {}

    #[inline]
    pub(crate) fn measure_given_up(&self, _: &Strand, _: usize, _: &[StoredAttr]) {}
}
