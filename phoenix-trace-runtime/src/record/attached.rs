//! What runs on a thread because contexts of OpenTelemetry were attached there by hand. What comes in is which context is the
//! current one from now on; what goes out is the strand that runs. That follows from the current context and from what ran where
//! the outermost one was attached, and not from how it came about: OpenTelemetry tells nothing of a guard that is dropped while
//! another context is current, and later of one change for several. Only what has an owner, who will look for it, is hidden
//! meanwhile. The strand of a span that nobody runs is put back as soon as another one runs, so that no span waits for a guard.

use std::sync::Arc;

use opentelemetry::trace::SpanContext;

use super::carry::{stand_in, stand_in_of, with_active};
use super::current::on_active;
use super::free::Reach;
use super::levels::{Active, Attached, Level};
use super::part::{finish, give_back};
use super::place::{request, request_below};
use super::strand::{Role, Strand};
use super::{scope, thread};
use crate::interop::observer;
use crate::pipeline::Pipeline;
use crate::propagation::Baggage;

/// What runs below the span of a context.
#[derive(Clone, Copy)]
pub(crate) enum Below<'a> {
    /// The same as before, with other baggage.
    Running,
    Span(&'a Reach),
    /// A span whose strand is out of reach, or none: what starts there is a local root, which reports to this pipeline, or to that
    /// of the thread.
    Other(&'a SpanContext, Option<&'a Arc<Pipeline>>),
    /// Nothing is recorded.
    Nothing,
}

/// What is known of what runs in a context that has become the current one since others were detached.
pub(crate) enum Left {
    /// It runs.
    Found,
    /// It is to be found, and [entered again](enter_again).
    Unknown,
    /// Nothing ran where the outermost was attached: it is as if this one were attached there.
    Outermost,
}

/// A context is attached over one that is no different.
pub(crate) fn enter_same(active: Active) {
    with_active(|strand| strand.enter_there(active));
}

/// A context is attached with the span that was started last, if its strand runs here and `active` names it.
pub(crate) fn enter_newest(active: Active, trace_id: u128) -> bool {
    let entered = with_active(|strand| {
        let newest = strand.records.len().checked_sub(1);
        newest.is_some_and(|place| {
            strand.context.trace_id == trace_id
                && strand.id_at(place) == active.span
                && strand.enter_own(strand.number_at(place), active, strand.lent())
        })
    });
    entered == Some(true)
}

/// A context is attached over one in which `over` was active: what starts is below its span until another is the current one.
pub(crate) fn enter(below: Below<'_>, active: Active, over: Active) {
    let entered = match below {
        Below::Running => with_active(|strand| strand.enter_there(active)),
        Below::Span(reach) => on_active(reach.seed(), |strand| {
            strand.enter_own(reach.number, active, None)
        }),
        Below::Other(..) | Below::Nothing => None,
    };
    if entered == Some(true) {
        return;
    }
    run(below, active, |strand, ran| {
        match ran {
            Some(before) if before.runs_by_hand() => strand.run_instead_of(before),
            _ => strand.cover(ran.take(), over),
        }
        if let Some(level) = strand.attached.levels.last_mut() {
            let is_scope = |ran: &mut Box<Strand>| ran.role == Role::Scope;
            level.scope = ran.take_if(is_scope);
        }
        let level = Level::of(active, strand);
        strand.attached.push(level);
    });
}

/// Gives what runs since the last [`enter`] the baggage that `change` makes of its own, while that context is current; `given`: is
/// there some in it? Of none and none it makes none.
pub(crate) fn lend_baggage(given: bool, change: impl FnOnce(&Baggage) -> Baggage) {
    with_active(|strand| {
        let now = &strand.context.baggage;
        if !given && now.is_empty() {
            return;
        }
        let lent = change(now);
        let own = strand.attached.own.as_ref().unwrap_or(now);
        let is_own = lent == *own;
        if let Some(level) = strand.attached.levels.last_mut() {
            level.baggage = (!is_own).then_some(lent);
            strand.run_level();
        }
    });
}

/// The current context is another one: `left` was detached, and maybe others before. `None`: maybe none was.
pub(crate) fn leave(mut left: Option<Active>, to: Active) -> Left {
    let mut idle = Vec::new();
    let found = loop {
        let step = thread::with(|thread| step(&mut thread.active, left.take(), to, &mut idle));
        match step {
            // Where that is not what it was attached over, that is gone as well.
            Some(Step::Uncovered(over)) => left = Some(over).filter(|over| *over != to),
            Some(Step::Done(found)) => break found,
            None => break Left::Found,
        }
    };
    idle.into_iter().for_each(put_away);
    found
}

enum Step {
    Done(Left),
    /// What was hidden runs now, over which this was active.
    Uncovered(Active),
}

/// `idle`: what runs no longer.
fn step(
    running: &mut Option<Box<Strand>>,
    left: Option<Active>,
    to: Active,
    idle: &mut Vec<Box<Strand>>,
) -> Step {
    let Some(strand) = running else {
        return Step::Done(match to {
            Active::NOTHING => Left::Found,
            _ => Left::Outermost,
        });
    };
    if !strand.runs_by_hand() {
        strand.leave_at_end(left, to);
        return Step::Done(Left::Found);
    }
    let Attached { levels, over, .. } = &mut strand.attached;
    let mut left = left;
    while let Some(level) =
        levels.pop_if(|level| level.active != to || left.take() == Some(level.active))
    {
        left = None;
        idle.extend(level.scope);
    }
    let is_outside = strand.hidden.is_none() && to == Active::NOTHING;
    let Some(level) = levels.last_mut().filter(|_| !is_outside) else {
        let over = *over;
        idle.extend(uncover_now(running));
        return Step::Uncovered(over);
    };
    if level.seed != strand.seed {
        let Some(mut scope) = level.scope.take() else {
            (level.seed, level.number) = (strand.seed, strand.current);
            return Step::Done(Left::Unknown);
        };
        scope.run_instead_of(strand);
        idle.push(std::mem::replace(strand, scope));
    }
    strand.run_level();
    Step::Done(Left::Found)
}

/// Runs what is below the span of the context that is current now, since others were [left](leave).
pub(crate) fn enter_again(below: Below<'_>, active: Active) {
    if let Below::Span(reach) = below
        && on_active(reach.seed(), |strand| strand.run_again(reach.number)) == Some(true)
    {
        return;
    }
    run(below, active, |strand, ran| {
        if let Some(before) = ran {
            strand.run_instead_of(before);
        }
        let (seed, number) = (strand.seed, strand.current);
        if let Some(level) = strand.attached.levels.last_mut() {
            (level.seed, level.number) = (seed, number);
        }
    });
}

/// Has a strand run below the span of a context, instead of what runs, which `install` takes or leaves to be put away.
fn run(
    below: Below<'_>,
    active: Active,
    install: impl FnOnce(&mut Strand, &mut Option<Box<Strand>>),
) {
    let mut strand = strand_below(below, active);
    let ran = thread::with(|thread| {
        let mut strand = strand.take()?;
        let mut ran = thread.active.take();
        install(&mut strand, &mut ran);
        strand.run_level();
        thread.active = Some(strand);
        ran
    });
    // Where the thread is ending, nothing can run on it.
    let idle = ran.flatten().into_iter().chain(strand);
    idle.for_each(put_away);
}

fn strand_below(below: Below<'_>, active: Active) -> Option<Box<Strand>> {
    if let Some(strand) = stand_in_of_hidden(active) {
        return Some(strand);
    }
    let strand = match below {
        Below::Running => stand_in(),
        Below::Span(reach) => reach.strand(),
        Below::Other(..) | Below::Nothing => None,
    };
    strand.or_else(|| {
        let mut context = match below {
            Below::Other(parent, _) => request_below(parent),
            Below::Running | Below::Span(_) | Below::Nothing => request(),
        };
        thread::with(|thread| {
            let context = std::mem::take(&mut context);
            let mut strand = match below {
                Below::Other(_, Some(pipeline)) => {
                    scope::strand_of(thread.take_strand(pipeline), context)
                }
                _ => scope::strand_alone(thread, context),
            };
            strand.suppressed = matches!(below, Below::Nothing);
            strand
        })
    })
}

/// A context with the span of the one that the outermost was attached over means what ran there.
fn stand_in_of_hidden(active: Active) -> Option<Box<Strand>> {
    let made = thread::with(|thread| {
        let strand = thread.active.as_mut().filter(|it| it.runs_by_hand())?;
        let Attached { over, .. } = strand.attached;
        if active.suppressed || over.suppressed || active.span != over.span {
            return None;
        }
        let mut hidden = strand.hidden.take()?;
        let made = stand_in_of(&mut hidden, thread);
        if let Some(strand) = &mut thread.active {
            strand.hide(Some(hidden));
        }
        Some(made)
    });
    made.flatten()
}

/// Over what a context was attached that is current and of which nothing is known here; `None`: it is known.
pub(crate) fn over(current: Active) -> Option<Active> {
    let over = with_active(|strand| {
        let span = match strand.follows_each() {
            true => strand.id_of(strand.current),
            false => strand.otel_span,
        };
        if !strand.runs_by_hand() {
            return Some(Active {
                span,
                ..Active::NOTHING
            });
        }
        let levels = &strand.attached.levels;
        let is_known = strand.hidden.is_none() && current == Active::NOTHING
            || levels.iter().any(|level| level.active == current);
        levels.last().filter(|_| !is_known).map(|last| last.active)
    });
    over.unwrap_or(Some(Active::NOTHING))
}

/// Looks which context is current, where some may have been detached while something annotated ran over them, which has ended or
/// is suspended now.
#[cold]
pub(super) fn settle() {
    let may_be_left = with_active(|strand| {
        if strand.runs_by_hand() {
            strand.follows = strand.follows_each();
            return true;
        }
        !strand.attached.is_empty() && !strand.follows_each()
    });
    if may_be_left == Some(true) {
        observer::look();
    }
}

/// Lets run again what is hidden, whatever context is current. Gives what ran because of that, if anything did.
pub(super) fn uncover(running: &mut Option<Box<Strand>>) -> Option<Box<Strand>> {
    let runs_by_hand = (running.as_ref()).is_some_and(|strand| !strand.attached.is_empty());
    runs_by_hand.then(|| uncover_now(running)).flatten()
}

fn uncover_now(running: &mut Option<Box<Strand>>) -> Option<Box<Strand>> {
    let strand = running.as_mut()?;
    strand.attached.give_back(&mut strand.context.baggage);
    let mut hidden = strand.hidden.take();
    if let Some(hidden) = &mut hidden {
        hidden.leave_ended();
    }
    std::mem::replace(running, hidden)
}

/// Lets the strand `seed` run again, if it is hidden by contexts that were attached while it ran.
pub(super) fn uncover_to(seed: u64) -> bool {
    let mut idle = Vec::new();
    let uncovered = thread::with(|thread| {
        let strand = entered(thread.active.as_deref_mut()?, seed)?;
        if strand.seed != seed {
            return None;
        }
        while thread.active.as_ref()?.seed != seed {
            idle.extend(uncover(&mut thread.active));
        }
        Some(())
    });
    idle.into_iter().for_each(put_away);
    uncovered.flatten().is_some()
}

/// The innermost strand that a guard or a future has entered, below contexts that were attached meanwhile: that which it owns,
/// if it is not `seed`.
#[inline]
pub(super) fn entered(running: &mut Strand, seed: u64) -> Option<&mut Strand> {
    let mut strand = running;
    while strand.seed != seed && !strand.attached.is_empty() {
        strand = strand.hidden.as_deref_mut()?;
    }
    Some(strand)
}

/// Puts back a strand that has run because a context was attached.
pub(super) fn put_away(mut strand: Box<Strand>) {
    let levels = strand.attached.levels.drain(..);
    let scopes: Vec<_> = levels.filter_map(|level| level.scope).collect();
    scopes.into_iter().for_each(finish);
    strand.follows = strand.follows_each();
    if strand.free {
        strand.current = 0;
        give_back(strand);
    } else {
        finish(strand);
    }
}
