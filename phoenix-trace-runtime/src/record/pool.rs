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
        if self.strands.capacity() == 0 {
            // The thread may have taken none itself.
            self.make_room(&branch.pipeline);
        }
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

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::future::{Future as _, poll_fn};
    use std::task::{Context, Poll, Waker};

    use crate::private::{self, Site, SpanKind};
    use crate::record::carry::InCurrentSpan as _;
    use crate::record::scoped::Scoped;
    use crate::{Config, OtelContext};

    #[test]
    fn threads_that_end_a_task_of_another_one_leave_nothing_of_it() {
        static ROOT: Site = Site::new("root", SpanKind::Internal, "");
        static TASK: Site = Site::new("task", SpanKind::Internal, "");
        let config = Config::default().otel_context(OtelContext::Off);
        let pipeline = crate::bootstrap::start(config.no_exporter()).expect("it starts");
        let scoped = Scoped::enter(pipeline.clone());
        let root = private::enter(&ROOT, &[]);
        for _ in 0..300 {
            let mut polled = false;
            let body = poll_fn(move |_| match std::mem::replace(&mut polled, true) {
                false => {
                    drop(private::enter(&TASK, &[]));
                    Poll::Pending
                }
                true => Poll::Ready(()),
            });
            let mut task = Box::pin(body.in_current_span());
            let mut poll = move || {
                let mut context = Context::from_waker(Waker::noop());
                task.as_mut().poll(&mut context).is_ready()
            };
            assert!(!poll());
            let ends = std::thread::spawn(move || assert!(poll()));
            ends.join().expect("it ends");
        }
        drop(root);
        assert_eq!(pipeline.stats().discarded + pipeline.stats().kept(), 301);
        drop(scoped);
        let strands = pipeline.tallies.alive();
        assert!(strands < 100, "{strands} strands of 300 tasks, one by one");
        pipeline.shutdown(std::time::Duration::from_secs(5));
    }
}
