//! Scopes: the context of a request on a strand that holds no spans. They carry correlation ids, baggage and the caller's
//! trace where no span is recorded: excluded routes, work outside of requests, processes in which tracing is off.

use super::context::Context;
use super::owned::{Owned, own};
use super::strand::{Role, Strand};
use super::thread::{self, Thread};
use crate::interop::contexts;
use crate::propagation::CorrelationId;

/// The scope of a request. It has a correlation id, a new one if nothing stands in for it. Where nothing is recorded, nothing is in
/// it either.
pub(crate) fn scope(context: Context) -> Owned {
    thread::with(|thread| own(strand(thread, context))).unwrap_or_default()
}

pub(super) fn strand(thread: &mut Thread, context: Context) -> Box<Strand> {
    let mut strand = strand_alone(thread, context);
    let active = thread.active.as_ref();
    strand.suppressed = active.is_some_and(|active| active.suppressed);
    if strand.context.trace_id == 0 && strand.context.correlation.is_none() {
        strand.context.correlation = Some(CorrelationId::generate());
    }
    contexts::of_scope(&mut strand);
    strand
}

/// The same without a context of OpenTelemetry, and for what need not be one request: without a new correlation id.
pub(super) fn strand_alone(thread: &mut Thread, context: Context) -> Box<Strand> {
    strand_of(thread.take_scope(), context)
}

/// The same on an empty strand.
pub(super) fn strand_of(mut strand: Box<Strand>, context: Context) -> Box<Strand> {
    strand.role = Role::Scope;
    strand.context = context;
    strand
}
