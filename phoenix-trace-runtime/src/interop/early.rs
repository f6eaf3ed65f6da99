//! Contexts that are taken out of a local root before anybody knows whether the program uses contexts at all. The API does not
//! tell when the current context is read. So, for the first local roots of each call site, it has a value in it that only we see:
//! who reads it finds no span there, as with later roots, and who carries it elsewhere is below the root.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use super::contexts::span_context;
use super::observer;
use crate::record::free::Reach;
use crate::record::part::Part;
use crate::record::strand::Strand;

/// The local root that a context was taken out of.
pub(super) struct Early {
    pub(super) context: SpanContext,
    pub(super) reach: Reach,
}

/// The current context, with the local root of this strand.
pub(super) fn context_of(root: &Strand, part: Arc<Part>) -> Context {
    Context::current_with_value(Early {
        context: span_context(&root.context, root.id_of(0)),
        reach: Reach::of(part, 0),
    })
}

/// The local root in a context that names no span.
pub(super) fn root_in(context: &Context) -> Option<&Early> {
    match context.has_active_span() {
        true => None,
        false => context.get(),
    }
}

/// The same for who sends a context to another process, by which the program uses contexts.
pub(crate) fn sent_in(context: &Context) -> Option<&SpanContext> {
    if context.has_active_span() {
        return None;
    }
    observer::note_use();
    Some(&root_in(context)?.context)
}

/// The id of the span in a context; zero for none.
pub(super) fn id_in(context: &Context) -> u64 {
    match root_in(context) {
        Some(root) => observer::id(&root.context),
        None => observer::id(context.span().span_context()),
    }
}
