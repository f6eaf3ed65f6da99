//! What OpenTelemetry's context is set to on a thread: a context for each strand or span that has one, and below those the mark.

use std::mem::ManuallyDrop;

use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, ContextGuard};

use super::OtelContext;
use super::contexts::context_of;
use super::early::Marked;
use crate::record::part::part_of;
use crate::record::stored::NONE;
use crate::record::strand::Strand;
use crate::record::thread::Thread;
use crate::record::told::unharmed;

/// What is attached on a thread for the strands that run there. It is changed while the thread's state is borrowed, by which
/// the [observer](super::observer) sees that it was not by hand.
#[derive(Debug)]
pub(crate) struct Attachments {
    attached: Vec<Attachment>,
    /// Over them, for strands without a context, where none of them names a span.
    marked: Option<Marked>,
}

#[derive(Debug)]
struct Attachment {
    seed: u64,
    /// The span's number where it is that of one span, and not of the whole strand.
    number: u32,
    /// Does it name a span?
    names: bool,
    /// What told before what runs, where it does not.
    below: Option<Marked>,
    /// Dropped while the thread lives: it cannot be afterwards.
    guard: ManuallyDrop<ContextGuard>,
}

thread_local! {
    /// Made after OpenTelemetry's own, and so gone before that.
    static ALIVE: Alive = Alive::new();
}

struct Alive;

impl Alive {
    fn new() -> Self {
        Context::map_current(|_| ());
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {}
}

/// Can contexts still be attached and detached on this thread?
pub(super) fn is_alive() -> bool {
    ALIVE.try_with(|_| ()).is_ok()
}

impl Attachments {
    pub(crate) const NONE: Self = Self {
        attached: Vec::new(),
        marked: None,
    };

    /// Attaches the context of a strand that is to run in place of another one, if it has one.
    #[inline]
    pub(crate) fn attach(&mut self, strand: &mut Strand, over: Option<&mut Strand>) {
        if let Some(context) = &strand.otel {
            self.push(strand.seed, NONE, context.clone());
        } else {
            // Nothing is attached, and the context names what it named before.
            let named = over.as_ref().map_or(0, |over| over.otel_span);
            strand.otel_span = self.mark(over, Some(strand)).unwrap_or(named);
        }
    }

    /// Has the mark tell what runs from here on in place of what ran; gives its id.
    #[inline]
    fn mark(&mut self, ran: Option<&mut Strand>, runs: Option<&Strand>) -> Option<u64> {
        if self.names() {
            return None;
        }
        match &self.marked {
            Some(marked) if marked.serves(runs) => {}
            None if !Marked::is_of_use(runs) => return None,
            _ => self.mark_anew(ran, runs),
        }
        Some(self.marked.as_mut()?.tell(runs))
    }

    #[cold]
    fn mark_anew(&mut self, ran: Option<&mut Strand>, runs: Option<&Strand>) {
        if let Some(marked) = self.marked.take() {
            marked.leave(ran);
        }
        self.marked = match runs {
            Some(strand) if Marked::is_of_use(runs) => Marked::attach(&strand.pipeline),
            _ => None,
        };
    }

    /// Is the context that was attached last one that names a span?
    #[inline]
    fn names(&self) -> bool {
        self.attached.last().is_some_and(|last| last.names)
    }

    /// The mark, where no context is attached over it that names a span of ours.
    pub(super) fn marked(&self) -> Option<&Marked> {
        self.marked.as_ref().filter(|_| !self.names())
    }

    fn push(&mut self, seed: u64, number: u32, context: Context) {
        if !is_alive() {
            return;
        }
        // Inside of `Context::map_current` nothing can be attached: it panics there.
        if self.attached.capacity() == 0 {
            Thread::drop_at_end();
        }
        let names = context.has_active_span();
        if let Some(guard) = unharmed(|| ManuallyDrop::new(context.attach())) {
            let below = if names { None } else { self.marked.take() };
            self.attached.push(Attachment {
                seed,
                number,
                names,
                below,
                guard,
            });
        }
    }

    /// Detaches what was attached for a strand, and what was left over it, so that another one runs again.
    #[inline]
    pub(crate) fn detach(&mut self, strand: &mut Strand, under: Option<&mut Strand>) {
        if strand.otel.is_some() {
            self.pop(strand.seed, NONE);
        } else {
            self.mark(Some(strand), under.as_deref());
        }
    }

    /// What is attached for nothing that runs is hidden until it is [shown](Self::show) again.
    #[cfg(feature = "testing")]
    pub(crate) fn hide(&mut self) -> Self {
        std::mem::replace(self, Self::NONE)
    }

    /// Ends what [`hide`](Self::hide) began.
    #[cfg(feature = "testing")]
    pub(crate) fn show(&mut self, hidden: Self) {
        if let Some(marked) = self.marked.take() {
            marked.leave(None);
        }
        *self = hidden;
    }

    fn pop(&mut self, seed: u64, number: u32) {
        let it = |attached: &Attachment| attached.seed == seed && attached.number == number;
        let Some(place) = self.attached.iter().rposition(it) else {
            return;
        };
        if is_alive() {
            while self.attached.len() > place
                && let Some(attached) = self.attached.pop()
            {
                if !attached.names {
                    let over = std::mem::replace(&mut self.marked, attached.below);
                    over.into_iter().for_each(|marked| marked.leave(None));
                }
                let _ = unharmed(|| drop(ManuallyDrop::into_inner(attached.guard)));
            }
        }
    }

    /// Attaches a context for a span that runs from here on.
    #[cold]
    pub(crate) fn follow(&mut self, strand: &mut Strand, number: u32) {
        // It may only wait for the span to end.
        if strand.pipeline.contexts != OtelContext::EverySpan {
            return;
        }
        let part = part_of(strand);
        let context = context_of(strand, part, number, strand.id_of(number), false);
        self.push(strand.seed, number, context);
    }

    /// Takes it away.
    #[cold]
    pub(crate) fn unfollow(&mut self, seed: u64, number: u32) {
        self.pop(seed, number);
    }
}
