//! Other pipelines than that of the process, for as long as a test runs on a thread.

use std::sync::Arc;

use super::attached;
use super::strand::Strand;
use super::thread::{Thread, with};
use crate::interop::attachments::Attachments;
use crate::pipeline::Pipeline;

/// From here on, roots that start on this thread report to `pipeline`, or to that of the process.
pub(crate) fn report_to(pipeline: Option<Arc<Pipeline>>) {
    Thread::drop_at_end();
    let before = with(|thread| std::mem::replace(&mut thread.scoped, pipeline));
    // Where it was the last of its kind, it ends here, and may record.
    drop(before);
}

/// For as long as it lives, roots that start on this thread report to `pipeline`, and nothing that ran before is seen.
pub(crate) struct Scoped {
    pipeline: Option<Arc<Pipeline>>,
    active: Option<Box<Strand>>,
    contexts: Attachments,
    /// Nothing that ran before is seen in OpenTelemetry's context either.
    context: Option<opentelemetry::ContextGuard>,
}

impl Scoped {
    pub(crate) fn enter(pipeline: Arc<Pipeline>) -> Self {
        Thread::drop_at_end();
        let empty = || opentelemetry::Context::new().attach();
        let hidden = with(|thread| {
            let hidden = (
                thread.scoped.replace(pipeline),
                thread.active.take(),
                thread.contexts.hide(),
            );
            // While the thread's state is borrowed: it is no use that the program makes of contexts.
            (hidden, empty())
        });
        let ((pipeline, active, contexts), context) =
            hidden.unwrap_or_else(|| ((None, None, Attachments::NONE), empty()));
        Self {
            pipeline,
            active,
            contexts,
            context: Some(context),
        }
    }
}

impl Drop for Scoped {
    fn drop(&mut self) {
        let (pipeline, active) = (self.pipeline.take(), self.active.take());
        let contexts = self.contexts.hide();
        let mut left = Vec::new();
        with(|thread| {
            left.extend(std::iter::from_fn(|| attached::uncover(&mut thread.active)));
            thread.contexts.show(contexts);
            // As it was attached: unseen.
            self.context = None;
            thread.scoped = pipeline;
            thread.active = active;
        });
        left.into_iter().for_each(attached::put_away);
    }
}
