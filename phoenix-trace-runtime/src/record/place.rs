//! Where a span starts when that is not below the one that runs now, and which spans it is linked to.

use opentelemetry::Context as OtelContext;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use super::carry::{SpanHandle, with_active};
use super::context::{Context, RANDOM, SAMPLED};
use super::owned::{Owned, own};
use super::scope::scope;
use crate::propagation::{RemoteContext, TraceState};

/// What names a span: a [`SpanHandle`], or a context that came from elsewhere.
pub trait SpanRef {
    /// The span as OpenTelemetry names it; invalid: there is none.
    fn to_span_context(&self) -> SpanContext;

    /// The handle, where the span is one of this process.
    #[doc(hidden)]
    fn as_handle(&self) -> Option<&SpanHandle> {
        None
    }

    /// What the span's process sent beside it.
    #[doc(hidden)]
    fn as_remote(&self) -> Option<&RemoteContext> {
        None
    }
}

impl SpanRef for SpanHandle {
    fn to_span_context(&self) -> SpanContext {
        self.span_context()
    }

    fn as_handle(&self) -> Option<&SpanHandle> {
        Some(self)
    }
}

impl SpanRef for SpanContext {
    fn to_span_context(&self) -> SpanContext {
        self.clone()
    }
}

/// Its active span.
impl SpanRef for OtelContext {
    fn to_span_context(&self) -> SpanContext {
        self.span().span_context().clone()
    }
}

impl<S: SpanRef + ?Sized> SpanRef for &S {
    fn to_span_context(&self) -> SpanContext {
        (**self).to_span_context()
    }

    fn as_handle(&self) -> Option<&SpanHandle> {
        (**self).as_handle()
    }

    fn as_remote(&self) -> Option<&RemoteContext> {
        (**self).as_remote()
    }
}

/// A span, as the value of an option.
#[doc(hidden)]
#[derive(Debug)]
pub enum One {}
/// An `Option` or other iterable of spans.
#[doc(hidden)]
#[derive(Debug)]
pub enum Many {}

/// A reference to a reference to such an iterable, as what generated code makes of a variable.
#[doc(hidden)]
#[derive(Debug)]
pub enum Referenced {}

/// One span or several: anything that is a [`SpanRef`], and everything that yields them, `Option` among it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no span",
    label = "expected a `SpanHandle`, a `RemoteContext`, a `SpanContext` or an OpenTelemetry `Context`",
    note = "an `Option` of one does too, and for `link` anything that yields them"
)]
pub trait SpanRefs<Number> {
    /// Calls `each` with every span.
    fn visit(self, each: &mut dyn FnMut(&dyn SpanRef));
}

#[diagnostic::do_not_recommend]
impl<S: SpanRef> SpanRefs<One> for S {
    fn visit(self, each: &mut dyn FnMut(&dyn SpanRef)) {
        each(&self);
    }
}

#[diagnostic::do_not_recommend]
impl<I> SpanRefs<Many> for I
where
    I: IntoIterator<Item: SpanRef>,
{
    fn visit(self, each: &mut dyn FnMut(&dyn SpanRef)) {
        self.into_iter().for_each(|span| each(&span));
    }
}

#[diagnostic::do_not_recommend]
impl<'a, I: ?Sized> SpanRefs<Referenced> for &&'a I
where
    &'a I: IntoIterator<Item: SpanRef>,
{
    fn visit(self, each: &mut dyn FnMut(&dyn SpanRef)) {
        (*self).into_iter().for_each(|span| each(&span));
    }
}

/// The right to record below another span than the one that runs now. Without a span to name, nothing changes.
pub(crate) fn below<Number>(parent: impl SpanRefs<Number>) -> Owned {
    let mut owned = Owned::off();
    parent.visit(&mut |span| {
        if owned.is_off() {
            owned = below_one(span);
        }
    });
    owned
}

fn below_one(parent: &dyn SpanRef) -> Owned {
    if let Some(branch) = parent.as_handle().and_then(SpanHandle::branch) {
        return own(branch);
    }
    if let Some(remote) = parent.as_remote() {
        return scope(remote.clone().into());
    }
    let parent = parent.to_span_context();
    if !parent.is_valid() {
        return Owned::off();
    }
    scope(request_below(&parent))
}

/// What the running request has besides its trace, below a span that no strand of this process has.
pub(crate) fn request_below(parent: &SpanContext) -> Context {
    let mut context = request();
    if parent.is_valid() {
        context.trace_id = u128::from_be_bytes(parent.trace_id().to_bytes());
        context.parent = u64::from_be_bytes(parent.span_id().to_bytes());
        context.remote = parent.is_remote();
        context.flags = parent.trace_flags().to_u8() & (SAMPLED | RANDOM);
        context.state = TraceState::from_opentelemetry(parent.trace_state());
    }
    context
}

/// The right to record in a trace of its own.
pub(crate) fn apart() -> Owned {
    scope(request())
}

/// What the running request has besides its trace.
pub(super) fn request() -> Context {
    with_active(|strand| Context {
        baggage: strand.context.baggage.clone(),
        correlation: strand.context.correlation_id(),
        ..Context::default()
    })
    .unwrap_or_default()
}

/// The spans that are named.
pub(crate) fn links<Number>(to: impl SpanRefs<Number>) -> Vec<SpanContext> {
    let mut links = Vec::new();
    to.visit(&mut |span| links.push(span.to_span_context()));
    links
}
