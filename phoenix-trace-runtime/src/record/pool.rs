//! Empty strands that a thread keeps for later segments; their buffers stay. Whoever takes one gives it a name.

use std::sync::Arc;

use super::strand::Strand;
use super::thread::Thread;
use crate::pipeline::Pipeline;

/// How many a thread keeps. What is more goes to the pipeline, from which other threads have theirs.
const POOL: usize = 64;

#[derive(Debug)]
pub(super) struct Pool {
    strands: Vec<Box<Strand>>,
    /// One that has just been a branch, with what it knows of its request.
    branch: Option<Box<Strand>>,
}

impl Pool {
    pub(super) const EMPTY: Self = Self {
        strands: Vec::new(),
        branch: None,
    };

    /// One that reports to this pipeline.
    #[inline]
    pub(super) fn take(&mut self, pipeline: &Arc<Pipeline>) -> Box<Strand> {
        match self.strands.pop() {
            Some(strand) if Arc::ptr_eq(&strand.pipeline, pipeline) => strand,
            strand => self.fetch(strand, pipeline),
        }
    }

    /// The same where none is at hand, or that of another pipeline.
    #[cold]
    fn fetch(&mut self, strand: Option<Box<Strand>>, pipeline: &Arc<Pipeline>) -> Box<Strand> {
        let strand = strand.or_else(|| {
            Thread::drop_at_end();
            pipeline.take_buffers(POOL / 2, &mut self.strands);
            self.strands.pop()
        });
        let Some(mut strand) = strand else {
            return Strand::new(pipeline.clone());
        };
        if !Arc::ptr_eq(&strand.pipeline, pipeline) {
            strand.report_to(pipeline);
        }
        strand
    }

    /// Takes back one that is empty.
    #[inline]
    pub(super) fn give(&mut self, strand: Box<Strand>) {
        if self.strands.len() == self.strands.capacity() {
            self.make_room(&strand.pipeline);
        }
        self.strands.push(strand);
    }

    #[cold]
    fn make_room(&mut self, pipeline: &Pipeline) {
        if self.strands.len() >= POOL {
            pipeline.give_buffers(self.strands.drain(POOL / 2..));
        } else {
            Thread::drop_at_end();
            self.strands.reserve_exact(POOL - self.strands.len());
        }
    }

    /// The branch that it has, if that hangs under the span at this place.
    #[inline]
    pub(super) fn take_branch(&mut self, place: (u64, u32)) -> Option<Box<Strand>> {
        (self.branch).take_if(|branch| branch.context.place == Some(place))
    }

    /// Keeps a branch that is empty but for its context.
    #[inline]
    pub(super) fn keep_branch(&mut self, branch: Box<Strand>) {
        if let Some(mut before) = self.branch.replace(branch) {
            before.clear();
            self.give(before);
        }
    }
}

/// The branch of a thread that ends serves another one.
impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(mut branch) = self.branch.take() {
            branch.clear();
            let pipeline = branch.pipeline.clone();
            pipeline.give_buffers(std::iter::once(branch));
        }
    }
}
