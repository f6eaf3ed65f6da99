//! Spans without an owner who runs them, as the OpenTelemetry API makes them: started and ended by hand, from any thread, in
//! any order. Each is the first span of a strand of its own, which waits in its part and is complete when all of its spans
//! have ended. Whoever records below such a span runs its strand meanwhile, or, where somebody else does, a branch.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::SpanContext;

use super::carry::{branch_here, stand_in, with_active};
use super::clock::{self, Ticks};
use super::current::on_active;
use super::details::Dropped;
use super::mail::{Edit, Late, LateEnd};
use super::part::{self, Part, finish, give_back, part_of, share};
use super::place::{request, request_below};
use super::refused::Refused;
use super::site::Site;
use super::start::{Beginning, Under, root_alone};
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{registry, scope, thread};
use crate::propagation::Baggage;
use crate::value::Attr;

/// A span that is reached from anywhere.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    pub(super) part: Arc<Part>,
    pub(super) number: u32,
}

/// What a span is started below.
pub(crate) enum Parent<'a> {
    /// The one that runs now.
    Running,
    /// One of this process.
    Span(&'a Reach),
    /// One that no strand of this process has, or none.
    Other(&'a SpanContext),
}

/// Starts a span that nobody runs. Its strand is at hand, to be described, until the head decision is made
/// ([`decide_head`](super::start::decide_head)) and it is [`left`](leave). `Err`: nothing is recorded, or it is a local root
/// that there is no room for.
pub(crate) fn start(
    site: &'static Site,
    name: &str,
    attrs: &[Attr<'_>],
    parent: Parent<'_>,
    now: Ticks,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let branch = match parent {
        Parent::Running => branch_here(),
        Parent::Span(reach) => reach.branch(),
        Parent::Other(_) => None,
    };
    let mut strand = match (branch, parent) {
        (Some(mut branch), _) => {
            if branch.start(site, NONE, now) == NONE {
                finish(branch);
                return Err(None);
            }
            branch.rename(0, name);
            branch.set_plain(0, attrs);
            branch
        }
        (None, Parent::Other(parent)) => root(site, name, attrs, parent, now)?,
        (None, _) => return Err(None),
    };
    strand.free = true;
    strand.current = 0;
    strand.otel_span = strand.id_of(0);
    Ok(strand)
}

fn root(
    site: &'static Site,
    name: &str,
    attrs: &[Attr<'_>],
    parent: &SpanContext,
    now: Ticks,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let mut context = request_below(parent);
    let name = [name];
    let beginning = Beginning::named(&name);
    let mut strand = root_alone(site, attrs, beginning, now, Under::Request(&mut context))?;
    if strand.role == Role::Scope {
        let context = std::mem::take(&mut strand.context);
        let refused = strand.refused.take();
        thread::recycle(strand);
        return Err(refused.map(|refused| refused.under(context)));
    }
    Ok(strand)
}

/// Leaves a span that has started to those who know it.
pub(crate) fn leave(mut strand: Box<Strand>) -> Reach {
    let part = part_of(&mut strand);
    part.park(strand);
    Reach { part, number: 0 }
}

impl Reach {
    /// Span `number` of a strand that others can reach.
    pub(crate) fn of(part: Arc<Part>, number: u32) -> Self {
        Self { part, number }
    }

    fn place(&self) -> (u64, u32) {
        (self.part.seed(), self.number)
    }

    /// Is it the innermost span that runs here?
    #[cfg(feature = "tracing")]
    pub(crate) fn runs_here(&self) -> bool {
        let runs = with_active(|strand| strand.place_of_current() == self.place());
        runs == Some(true)
    }

    /// A strand for what is recorded below the span.
    pub(crate) fn branch(&self) -> Option<Box<Strand>> {
        let (seed, number) = self.place();
        let segment = self.part.segment()?;
        Some(segment.branch(self.part.id_of(number), (seed, number)))
    }

    /// The strand of the span where nobody has it, else a branch: to run below the span.
    pub(crate) fn strand(&self) -> Option<Box<Strand>> {
        let own = (self.number == 0).then(|| self.part.take_free()).flatten();
        own.or_else(|| self.branch())
    }

    /// Changes the span while it is open, wherever its strand is; `details`: what is given up where there is no room for
    /// the change on its way, `bytes`: what it holds.
    pub(crate) fn edit(
        &self,
        details: Dropped,
        bytes: usize,
        failure: bool,
        change: impl FnOnce(&mut Strand, u32) + Send + 'static,
    ) {
        let (seed, number) = self.place();
        let now = clock::now();
        let mut change = Some(change);
        on_active(seed, |strand| {
            if let Some(change) = change.take() {
                change(strand, number);
            }
        });
        let Some(change) = change else { return };
        if let Some(mut strand) = self.part.take_free() {
            change(&mut strand, number);
            give_back(strand);
            return;
        }
        let mut edit = Edit::new(change).of(details, bytes);
        if failure {
            edit = edit.failure();
        }
        let (at, end) = (now, LateEnd::Edited(edit));
        self.part.deliver(Late { number, at, end });
    }

    /// Ends the span, which nobody runs; `given`: when, if not now.
    pub(crate) fn end(&self, given: Option<SystemTime>) {
        let (seed, number) = self.place();
        let now = clock::now();
        let end = |strand: &mut Strand| {
            strand.give_end(number, given);
            strand.end(number, now);
        };
        if on_active(seed, end).is_none() {
            match self.part.take_free() {
                Some(mut strand) => {
                    end(&mut strand);
                    give_back(strand);
                }
                None => {
                    if given.is_some() {
                        let edit = Edit::new(move |strand, number| strand.give_end(number, given));
                        let (at, end) = (now, LateEnd::Edited(edit));
                        self.part.deliver(Late { number, at, end });
                    }
                    let (at, end) = (now, LateEnd::Finished);
                    self.part.deliver(Late { number, at, end });
                }
            }
        }
    }

    /// The local root has ended: its segment waits for what has not for its grace period.
    pub(crate) fn root_has_ended(&self) {
        if registry::find(self.part.seed()).is_some()
            && let Some(segment) = self.part.segment()
        {
            segment.pipeline.root_ended_early(segment);
        }
    }
}

/// What is active in a context of OpenTelemetry: the id of its span, zero for none, whether it lets record, and a hash of its
/// baggage, zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Active {
    pub(crate) span: u64,
    pub(crate) suppressed: bool,
    pub(crate) baggage: u64,
}

/// What a strand hides that runs because a context was attached by hand.
#[derive(Debug)]
pub(crate) struct Attached {
    /// In that context, and in the one that it was attached over.
    active: Active,
    over: Active,
    hidden: Option<Box<Strand>>,
    /// The strand's own baggage, where that context has another.
    baggage: Option<Baggage>,
}

/// What runs below the span of a context that is attached by hand.
#[derive(Clone, Copy)]
pub(crate) enum Below<'a> {
    /// The same as before, with other baggage.
    Running,
    Span(&'a Reach),
    /// A span that no strand of this process has, or none: what starts there is a local root.
    Other(&'a SpanContext),
    /// Nothing is recorded.
    Nothing,
}

/// Runs what is below the span of a context, until it is [detached](detach).
pub(crate) fn attach(below: Below<'_>, active: Active, over: Active) {
    let strand = match &below {
        Below::Running => stand_in(),
        Below::Span(reach) => reach.strand(),
        Below::Other(_) | Below::Nothing => None,
    };
    let strand = strand.or_else(|| {
        let mut context = match &below {
            Below::Other(parent) => request_below(parent),
            Below::Running | Below::Span(_) | Below::Nothing => request(),
        };
        thread::with(|thread| {
            let mut strand = scope::strand_alone(thread, std::mem::take(&mut context));
            strand.suppressed = matches!(below, Below::Nothing);
            strand
        })
    });
    let Some(strand) = strand else { return };
    let mut strand = Some(strand);
    thread::with(|thread| {
        let mut hidden = thread.active.take();
        if let Some(hidden) = &mut hidden
            && hidden.role != Role::Scope
        {
            // Its spans may end while it is hidden.
            share(hidden);
        }
        thread.active = strand.take().map(|mut strand| {
            strand.otel_span = active.span;
            strand.attached = Some(Attached {
                active,
                over,
                hidden,
                baggage: None,
            });
            strand
        });
    });
    // The thread is ending: nothing can run on it.
    strand.into_iter().for_each(put_away);
}

/// Gives what runs since the last [`attach`] the baggage that `change` makes of its own, until it is detached; `given`: is there
/// some in the context? Of none and none it makes none.
pub(crate) fn lend_baggage(given: bool, change: impl FnOnce(&Baggage) -> Baggage) {
    with_active(|strand| {
        let own = &mut strand.context.baggage;
        if !given && own.is_empty() {
            return;
        }
        let lent = change(own);
        if lent != *own
            && let Some(attached) = &mut strand.attached
        {
            attached.baggage = Some(std::mem::replace(own, lent));
        }
    });
}

/// Ends what [`attach`] began for the contexts from `active` down to the one over `to`: for several, where guards were dropped
/// out of order.
pub(crate) fn detach(active: Active, to: Active) {
    let Some((top, over)) = detach_from_running(|attached| attached.active == active) else {
        return;
    };
    put_away(top);
    let mut over = over;
    while over != to && is_attached_over(to) {
        let Some((next, below)) = detach_from_running(|_| true) else {
            return;
        };
        put_away(next);
        over = below;
    }
}

fn detach_from_running(is_it: impl FnOnce(&Attached) -> bool) -> Option<(Box<Strand>, Active)> {
    thread::with(|thread| {
        let top = detach_top(&mut thread.active, is_it);
        if top.is_some()
            && let Some(strand) = &mut thread.active
        {
            strand.leave_ended();
        }
        top
    })
    .flatten()
}

/// Does something run because a context was attached over `to`?
fn is_attached_over(to: Active) -> bool {
    with_active(|strand| {
        let mut strand = Some(&*strand);
        while let Some(attached) = strand.and_then(|strand| strand.attached.as_ref()) {
            if attached.over == to {
                return true;
            }
            strand = attached.hidden.as_deref();
        }
        false
    }) == Some(true)
}

/// Takes away what runs because a context was attached, and tells over what.
pub(super) fn detach_top(
    running: &mut Option<Box<Strand>>,
    is_it: impl FnOnce(&Attached) -> bool,
) -> Option<(Box<Strand>, Active)> {
    let strand = running.as_mut()?;
    if !strand.attached.as_ref().is_some_and(is_it) {
        return None;
    }
    let Attached {
        over,
        hidden,
        baggage,
        ..
    } = strand.attached.take()?;
    if let Some(own) = baggage {
        strand.context.baggage = own;
    }
    let strand = std::mem::replace(running, hidden)?;
    Some((strand, over))
}

/// Puts back a strand that has run because a context was attached.
pub(super) fn put_away(mut strand: Box<Strand>) {
    if strand.free {
        strand.current = 0;
        give_back(strand);
    } else {
        part::finish(strand);
    }
}

impl Strand {
    /// Reads what was written to it while it was hidden: spans that have ended meanwhile run no longer.
    fn leave_ended(&mut self) {
        if let Some(part) = self.part.clone() {
            part.read(self);
        }
        while let Some(record) = self.record(self.current)
            && record.end != 0
        {
            self.current = record.parent;
        }
    }
}
