//! Contexts that are taken out of a local root before anybody knows whether the program uses contexts at all. The API does not
//! tell when the current context is read. So a thread has one attached for all of its roots, in which nobody sees a span and a
//! mark tells what runs there. Whether somebody has a copy of it is seen by the references to the mark, when something else is to
//! run: then it stands for what has run, for good, and the thread gets another one.

use std::any::Any;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use opentelemetry::context::ObserverContextView;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, ContextGuard};

use super::OtelContext;
use super::attachments;
use super::contexts::span_context;
use super::observer::{self, is_used, note_use};
use crate::pipeline::Pipeline;
use crate::record::free::Reach;
use crate::record::part::part_of;
use crate::record::registry;
use crate::record::strand::{Role, Strand};
use crate::record::thread::{self, Thread};
use crate::record::told::unharmed;

/// What runs on a thread, as the spans are that a context names: local roots, and others where their strand is a branch.
#[derive(Debug)]
struct Mark {
    pipeline: Arc<Pipeline>,
    /// Written by the thread that it is attached on, as long as nobody else has a copy to read it from.
    trace_id: [AtomicU64; 2],
    /// Zero: nothing.
    span_id: AtomicU64,
    flags: AtomicU8,
    /// What ran when a copy was taken.
    taken: OnceLock<Option<Taken>>,
}

#[derive(Debug)]
struct Taken {
    context: SpanContext,
    reach: Reach,
}

/// In the context, and beside it in each that is derived from it.
struct Value(Arc<Mark>);

impl ObserverContextView for Mark {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Counts the contexts that have a mark and name no span.
pub(super) fn view(context: &Context) -> Option<Arc<dyn ObserverContextView>> {
    if context.has_active_span() {
        return None;
    }
    let Value(mark) = context.get()?;
    Some(mark.clone())
}

/// The context of a thread, where the mark is.
#[derive(Debug)]
pub(super) struct Marked {
    mark: Arc<Mark>,
    /// The strand that it has told of last, by its seed, and what it is named there.
    told: (u64, u64),
    /// Dropped while the thread lives: it cannot be afterwards.
    guard: ManuallyDrop<ContextGuard>,
}

/// Who refers to a mark of which nobody has a copy: the thread, the value in the context, and what counts that.
const ATTACHED: usize = 3;

impl Marked {
    /// Attaches a context with a mark, for strands of this pipeline.
    #[cold]
    pub(super) fn attach(pipeline: &Arc<Pipeline>) -> Option<Self> {
        let is_free =
            |current: &Context| !current.has_active_span() && !current.is_telemetry_suppressed();
        if !attachments::is_alive() || !Context::map_current(is_free) {
            return None;
        }
        let mark = Arc::new(Mark {
            pipeline: pipeline.clone(),
            trace_id: Default::default(),
            span_id: AtomicU64::new(0),
            flags: AtomicU8::new(0),
            taken: OnceLock::new(),
        });
        let context = Context::current_with_value(Value(mark.clone()));
        if context.observer_view().is_none() {
            // Somebody else observes contexts, and we do not learn who has a copy.
            note_use();
            return None;
        }
        Thread::drop_at_end();
        let guard = unharmed(|| ManuallyDrop::new(context.attach()))?;
        let told = (0, 0);
        Some(Self { mark, told, guard })
    }

    /// Is one needed to tell what runs there?
    #[inline]
    pub(super) fn is_of_use(strand: Option<&Strand>) -> bool {
        !is_used() && strand.is_some_and(|strand| strand.pipeline.contexts == OtelContext::Auto)
    }

    /// Does it go on to tell what runs there, which is `strand`?
    #[inline]
    pub(super) fn serves(&self, strand: Option<&Strand>) -> bool {
        !self.is_taken()
            && strand.is_none_or(|strand| Arc::ptr_eq(&strand.pipeline, &self.mark.pipeline))
    }

    #[inline]
    fn is_taken(&self) -> bool {
        Arc::strong_count(&self.mark) > ATTACHED || self.mark.taken.get().is_some()
    }

    /// It stands for what runs from here on, and names that.
    #[inline]
    pub(super) fn tell(&mut self, strand: Option<&Strand>) -> u64 {
        let id = match strand {
            Some(strand) if strand.seed == self.told.0 => self.told.1,
            Some(strand) if strand.role != Role::Scope => self.tell_of(strand),
            _ => 0,
        };
        self.mark.span_id.store(id, Ordering::Relaxed);
        id
    }

    /// Another one than before.
    fn tell_of(&mut self, strand: &Strand) -> u64 {
        let (context, [high, low]) = (&strand.context, &self.mark.trace_id);
        high.store((context.trace_id >> 64) as u64, Ordering::Relaxed);
        low.store(context.trace_id as u64, Ordering::Relaxed);
        self.mark.flags.store(context.flags, Ordering::Relaxed);
        let id = match strand.role {
            Role::Root => strand.id_of(0),
            _ => context.parent,
        };
        self.told = (strand.seed, id);
        id
    }

    /// It tells no longer what runs; `ran`: what ran until now.
    #[cold]
    pub(super) fn leave(self, ran: Option<&mut Strand>) {
        let Self { mark, guard, .. } = self;
        let is_taken = Arc::strong_count(&mark) > ATTACHED;
        mark.belongs_to(ran.filter(|_| is_taken));
        if attachments::is_alive() {
            let _ = unharmed(|| drop(ManuallyDrop::into_inner(guard)));
        }
    }

    /// Is it this one, and tells it of what runs now?
    fn tells(&self, mark: &Mark, active: &Strand) -> bool {
        std::ptr::eq(&*self.mark, mark) && mark.id() == active.otel_span
    }
}

impl Mark {
    /// From here on it stands for what has run.
    fn belongs_to(&self, ran: Option<&mut Strand>) {
        let taken = ran.and_then(|strand| {
            let (id, reach) = match strand.role {
                Role::Scope => return None,
                Role::Root => (strand.id_of(0), Reach::of(part_of(strand), 0)),
                Role::Branch => {
                    let (seed, number) = strand.context.place?;
                    let part = registry::find(seed)?;
                    (strand.context.parent, Reach::of(part, number))
                }
            };
            let context = span_context(&strand.context, id);
            Some(Taken { context, reach })
        });
        // Once it stands for something it does so for good.
        let _ = self.taken.set(taken);
    }

    fn id(&self) -> u64 {
        match self.taken.get() {
            Some(taken) => taken.as_ref().map_or(0, |it| observer::id(&it.context)),
            None => self.span_id.load(Ordering::Relaxed),
        }
    }
}

/// The local root, or the parent of a branch, that a context was taken out of which names no span.
pub(super) struct Root {
    pub(super) context: SpanContext,
    /// `None`: its thread has not noticed yet that it was taken.
    pub(super) reach: Option<Reach>,
    /// What it reports to.
    pub(super) pipeline: Arc<Pipeline>,
}

fn mark_in(context: &Context) -> Option<&Mark> {
    if context.has_active_span() {
        return None;
    }
    context.get().map(|Value(mark)| &**mark)
}

/// The root in a context that names no span.
pub(super) fn root_in(context: &Context) -> Option<Root> {
    let mark = mark_in(context)?;
    // Where it runs on this thread, there is nothing to wait for.
    thread::with(|thread| {
        let marked = thread.contexts.marked()?;
        let active = thread.active.as_deref_mut()?;
        marked
            .tells(mark, active)
            .then(|| mark.belongs_to(Some(active)))
    });
    let pipeline = mark.pipeline.clone();
    if let Some(taken) = mark.taken.get() {
        let Taken { context, reach } = taken.as_ref()?;
        return Some(Root {
            context: context.clone(),
            reach: Some(reach.clone()),
            pipeline,
        });
    }
    let [high, low] =
        [&mark.trace_id[0], &mark.trace_id[1]].map(|half| half.load(Ordering::Relaxed));
    let span_id = mark.span_id.load(Ordering::Relaxed);
    let context = SpanContext::new(
        TraceId::from(u128::from(high) << 64 | u128::from(low)),
        SpanId::from(span_id),
        TraceFlags::new(mark.flags.load(Ordering::Relaxed)),
        false,
        TraceState::NONE,
    );
    (span_id != 0).then_some(Root {
        context,
        reach: None,
        pipeline,
    })
}

/// The same for who sends a context to another process, by which the program uses contexts.
pub(crate) fn sent_in(context: &Context) -> Option<SpanContext> {
    if context.has_active_span() {
        return None;
    }
    note_use();
    Some(root_in(context)?.context)
}

/// The id of the span in a context; zero for none.
pub(super) fn id_in(context: &Context) -> u64 {
    match mark_in(context) {
        Some(mark) => mark.id(),
        None => observer::id(context.span().span_context()),
    }
}
