//! Spans without an owner who runs them, as the OpenTelemetry API makes them: started and ended by hand, from any thread, in
//! any order. One that starts where another of them is the innermost that runs is recorded on the strand of that. Any other is
//! the first span of a strand of its own, which waits in its part and is complete when all of its spans have ended. Whoever
//! records below such a span runs its strand meanwhile, or, where somebody else does, a branch.

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
use super::start::{self, Under, decide_head, root_alone};
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{registry, scope, thread, told};
use crate::interop::contexts::{OtelContext, span_context};
use crate::interop::observer;
use crate::pipeline::Pipeline;
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

/// What a span starts with.
pub(crate) struct Beginning<'a> {
    pub(crate) site: &'static Site,
    pub(crate) name: &'a str,
    pub(crate) attrs: &'a [Attr<'a>],
    pub(crate) now: Ticks,
}

/// A span that has started.
pub(crate) struct Started {
    pub(crate) reach: Reach,
    pub(crate) context: SpanContext,
    /// Is it a local root?
    pub(crate) root: bool,
}

/// Starts a span that nobody runs, and has `fill` say more of it. `Err`: nothing is recorded, or it is a local root that there
/// is no room for.
pub(crate) fn start(
    beginning: &Beginning<'_>,
    parent: Parent<'_>,
    fill: impl FnOnce(&mut Strand, u32),
) -> Result<Started, Option<Box<Refused>>> {
    let mut fill = Some(fill);
    let mut start_on = |strand: &mut Strand, parent: u32| {
        let number = strand.start_by_hand(beginning, parent)?;
        if let Some(fill) = fill.take() {
            fill(strand, number);
        }
        Some(Started::on(strand, number))
    };
    let here = match parent {
        Parent::Running => with_active(|strand| {
            let current = strand.current;
            strand.runs_by_hand().then(|| start_on(strand, current))
        }),
        Parent::Span(reach) => on_active(reach.part.seed(), |strand| {
            strand
                .runs_by_hand()
                .then(|| start_on(strand, reach.number))
        }),
        Parent::Other(_) => None,
    };
    if let Some(started) = here.flatten() {
        return started.ok_or(None);
    }
    let mut strand = match parent {
        Parent::Running => on_branch(branch_here(), beginning)?,
        Parent::Span(reach) => on_branch(reach.branch(), beginning)?,
        Parent::Other(parent) => root(beginning, parent)?,
    };
    strand.free = true;
    if let Some(fill) = fill {
        fill(&mut strand, 0);
    }
    decide_head(&mut strand, beginning.now);
    let started = Started::on(&mut strand, 0);
    started.reach.part.park(strand);
    Ok(started)
}

impl Started {
    fn on(strand: &mut Strand, number: u32) -> Self {
        Self {
            reach: Reach::of(part_of(strand), number),
            context: span_context(&strand.context, strand.id_of(number)),
            root: number == 0 && strand.role == Role::Root,
        }
    }
}

impl Strand {
    /// Starts a span that may be ended whenever that is. `None`: there is no room for it.
    fn start_by_hand(&mut self, beginning: &Beginning<'_>, parent: u32) -> Option<u32> {
        let number = self.start(beginning.site, parent, beginning.now);
        if number == NONE {
            return None;
        }
        self.rename(number, beginning.name);
        self.set_plain(number, beginning.attrs);
        Some(number)
    }

    /// Is the innermost span that runs here one that runs because a context was attached? What is annotated may be suspended or
    /// end before that is detached.
    fn runs_by_hand(&self) -> bool {
        let top = self.attached.last();
        self.free && top.is_some_and(|top| top.number == self.current)
    }
}

fn on_branch(
    branch: Option<Box<Strand>>,
    beginning: &Beginning<'_>,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let Some(mut branch) = branch else {
        return Err(None);
    };
    if branch.start_by_hand(beginning, NONE).is_none() {
        finish(branch);
        return Err(None);
    }
    Ok(branch)
}

fn root(
    beginning: &Beginning<'_>,
    parent: &SpanContext,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let Beginning {
        site, attrs, now, ..
    } = *beginning;
    let mut context = request_below(parent);
    let name = [beginning.name];
    let named = start::Beginning::named(&name);
    let mut strand = root_alone(site, attrs, named, now, Under::Request(&mut context))?;
    if strand.role == Role::Scope {
        let context = std::mem::take(&mut strand.context);
        let refused = strand.refused.take();
        thread::recycle(strand);
        return Err(refused.map(|refused| refused.under(context)));
    }
    Ok(strand)
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
    fn strand(&self) -> Option<Box<Strand>> {
        match self.part.take_free() {
            Some(mut own) => {
                own.current = self.number;
                Some(own)
            }
            None => self.branch(),
        }
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
            strand.first_has_ended(number);
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

/// A context that was attached by hand, where a strand or a span runs because of it.
#[derive(Debug)]
pub(crate) struct Attached {
    /// In that context, and in the one that it was attached over.
    active: Active,
    over: Active,
    /// The span that runs because of it, or [`NONE`].
    number: u32,
    before: Before,
    /// The strand's own baggage, where that context has another.
    baggage: Option<Baggage>,
}

/// What ran before a context was attached.
#[derive(Debug)]
enum Before {
    /// Another strand, which is hidden now, or none.
    Strand(Option<Box<Strand>>),
    /// Another span of the same strand, while the context named the span `named`.
    Span { current: u32, named: u64 },
}

/// What runs below the span of a context that is attached by hand.
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

/// Runs what is below the span of a context, until it is [detached](detach).
pub(crate) fn attach(below: Below<'_>, active: Active, over: Active) {
    if let Below::Span(reach) = &below
        && on_active(reach.part.seed(), |strand| {
            strand.run(reach.number, active, over)
        }) == Some(true)
    {
        return;
    }
    let strand = match &below {
        Below::Running => stand_in(),
        Below::Span(reach) => reach.strand(),
        Below::Other(..) | Below::Nothing => None,
    };
    let strand = strand.or_else(|| {
        let mut context = match &below {
            Below::Other(parent, _) => request_below(parent),
            Below::Running | Below::Span(_) | Below::Nothing => request(),
        };
        thread::with(|thread| {
            let context = std::mem::take(&mut context);
            let mut strand = match &below {
                Below::Other(_, Some(pipeline)) => {
                    scope::strand_of(thread.take_strand(pipeline), context)
                }
                _ => scope::strand_alone(thread, context),
            };
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
            strand.attached.push(Attached {
                active,
                over,
                number: strand.current,
                before: Before::Strand(hidden),
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
            && let Some(attached) = strand.attached.last_mut()
        {
            attached.baggage = Some(std::mem::replace(own, lent));
        }
    });
}

/// The same below the span that was started last, if its strand runs here and `active` names it.
pub(crate) fn attach_newest(active: Active, trace_id: u128, over: Active) -> bool {
    let attached = with_active(|strand| {
        let newest = strand.records.len().checked_sub(1);
        newest.is_some_and(|place| {
            strand.context.trace_id == trace_id
                && strand.id_at(place) == active.span
                && strand.run(strand.number_at(place), active, over)
        })
    });
    attached == Some(true)
}

/// Ends what [`attach`] began for the contexts from `active` down to the one over `to`: for several, where guards were dropped
/// out of order.
pub(crate) fn detach(active: Active, to: Active) {
    if with_active(|strand| strand.leave_attached(active, to)) == Some(true) {
        return;
    }
    let Some(mut over) = detach_from_running(|attached| attached.active == active) else {
        return;
    };
    while over != to && is_attached_over(to) {
        match detach_from_running(|_| true) {
            Some(below) => over = below,
            None => return,
        }
    }
}

/// Ends what [`attach`] began for contexts that were detached where that could not be seen: below a span with a context of its own,
/// or while something annotated ran over them, which has ended now.
#[cold]
pub(super) fn settle() {
    let may_be_left = |strand: &mut Strand| {
        if strand.runs_over_attached() {
            return false;
        }
        strand.ends_as_usual();
        !strand.attached.is_empty()
    };
    if with_active(may_be_left) != Some(true) {
        return;
    }
    let Some(current) = told::unharmed(observer::current).flatten() else {
        return;
    };
    let is_left = |strand: &mut Strand| {
        let top = strand.attached.last();
        top.is_some_and(|top| top.active != current) && !strand.runs_over_attached()
    };
    while with_active(is_left) == Some(true) && is_attached_over(current) {
        if detach_from_running(|_| true).is_none() {
            return;
        }
    }
}

fn detach_from_running(is_it: impl FnOnce(&Attached) -> bool) -> Option<Active> {
    let top = thread::with(|thread| {
        let top = detach_top(&mut thread.active, is_it);
        if let (Some((hid, _)), Some(strand)) = (&top, &mut thread.active) {
            if hid.is_some() {
                strand.read_hidden();
            }
            strand.leave_ended();
        }
        top
    });
    let (strand, over) = top.flatten()?;
    strand.into_iter().for_each(put_away);
    Some(over)
}

/// Does something run because a context was attached over `to`?
fn is_attached_over(to: Active) -> bool {
    with_active(|strand| {
        let mut strand = Some(&*strand);
        while let Some(running) = strand {
            if running.attached.iter().any(|attached| attached.over == to) {
                return true;
            }
            strand = running
                .attached
                .iter()
                .find_map(|attached| match &attached.before {
                    Before::Strand(hidden) => hidden.as_deref(),
                    Before::Span { .. } => None,
                });
        }
        false
    }) == Some(true)
}

/// Lets run again what ran before a context was attached. Gives the strand that ran because of it, if that is another one, and
/// over what it was attached.
pub(super) fn detach_top(
    running: &mut Option<Box<Strand>>,
    is_it: impl FnOnce(&Attached) -> bool,
) -> Option<(Option<Box<Strand>>, Active)> {
    let strand = running.as_mut()?;
    let Attached {
        over,
        number,
        before,
        baggage,
        ..
    } = strand.attached.pop_if(|attached| is_it(attached))?;
    if let Some(own) = baggage {
        strand.context.baggage = own;
    }
    match before {
        Before::Strand(hidden) => Some((std::mem::replace(running, hidden), over)),
        Before::Span { current, named } => {
            strand.otel_span = named;
            // What is annotated may have been entered since and run still.
            if strand.current == number {
                strand.current = current;
            }
            Some((None, over))
        }
    }
}

/// Puts back a strand that has run because a context was attached.
pub(super) fn put_away(mut strand: Box<Strand>) {
    strand.ends_as_usual();
    if strand.free {
        strand.current = 0;
        give_back(strand);
    } else {
        part::finish(strand);
    }
}

impl Strand {
    /// Does something annotated run here over what runs because a context was attached?
    fn runs_over_attached(&self) -> bool {
        let Some(top) = self.attached.last() else {
            return false;
        };
        let mut number = self.current;
        while number != top.number {
            let Some(record) = self.record(number) else {
                return false;
            };
            number = record.parent;
        }
        self.current != number
    }

    /// Where something annotated runs over what runs because of the context `active`, that is left to [`settle`] when it is
    /// detached: what has been entered goes back to it when it ends.
    fn leave_attached(&mut self, active: Active, to: Active) -> bool {
        let named = self.otel_span == active.span;
        if named && self.attached.is_empty() && self.otel.is_none() {
            // It was attached around a local root that has none of its own.
            self.otel_span = to.span;
        }
        let is_here = named || (self.attached.iter()).any(|attached| attached.active == active);
        if !is_here || !self.runs_over_attached() {
            return false;
        }
        self.otel_span = to.span;
        // By which the end of a span comes to `settle`.
        self.follows = true;
        true
    }

    fn ends_as_usual(&mut self) {
        self.follows = self.pipeline.contexts == OtelContext::EverySpan;
    }

    /// Runs another of its spans because a context was attached, if it can.
    fn run(&mut self, number: u32, active: Active, over: Active) -> bool {
        if !self.runs_by_hand() {
            return false;
        }
        let current = std::mem::replace(&mut self.current, number);
        let named = std::mem::replace(&mut self.otel_span, active.span);
        self.attached.push(Attached {
            active,
            over,
            number,
            before: Before::Span { current, named },
            baggage: None,
        });
        true
    }

    /// Does a context that names this span mean what runs here? Where each span has a context, only the one that runs.
    pub(crate) fn is_meant_by(&self, id: u64) -> bool {
        let each = self.pipeline.contexts == OtelContext::EverySpan;
        self.otel_span == id && (!each || self.id_of(self.current) == id)
    }

    /// Is a span that the current context names one of its own, and not merely what it runs below? Where no context is attached
    /// for a local root, that in which it started goes on to name its remote parent, and whoever asks for a child of what is
    /// current means what runs.
    pub(crate) fn has_as_its_own(&self, id: u64) -> bool {
        let first = match self.role {
            Role::Branch => self.context.parent == id,
            Role::Root | Role::Scope => false,
        };
        let by_hand = |attached: &Attached| self.id_of(attached.number) == id;
        first || self.id_of(0) == id || self.attached.iter().any(by_hand)
    }

    /// What has ended joins with its first span; others may be open for long.
    fn first_has_ended(&mut self, number: u32) {
        if number != 0 || !self.free || self.open() == 0 {
            return;
        }
        let Some(segment) = self.segment.clone() else {
            return;
        };
        if self.role == Role::Root {
            self.measure_root();
            segment.root_has_ended(self.slow);
        }
        if let Some(mut ended) = self.split() {
            ended.slow = self.slow;
            ended.role = std::mem::replace(&mut self.role, Role::Branch);
            segment.take_in(ended);
        }
    }

    /// Reads what was written to it while it was hidden.
    fn read_hidden(&mut self) {
        if let Some(part) = self.part.clone() {
            part.read(self);
        }
    }

    /// Spans that have ended meanwhile run no longer.
    fn leave_ended(&mut self) {
        while let Some(record) = self.record(self.current)
            && record.end != 0
        {
            self.current = record.parent;
        }
    }
}
