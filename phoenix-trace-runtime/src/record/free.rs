//! Spans without an owner who runs them, as the OpenTelemetry API makes them: started and ended by hand, from any thread, in
//! any order. One that starts where another of them is the innermost that runs is recorded on the strand of that. Any other is
//! the first span of a strand of its own, which waits in its part and is complete when all of its spans have ended. Whoever
//! records below such a span runs its strand meanwhile, or, where somebody else does, a branch.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::SpanContext;

use super::carry::{branch_here, with_active};
use super::clock::{self, Ticks};
use super::current::on_active;
use super::details::Dropped;
use super::mail::{Edit, Late, LateEnd};
use super::part::{Part, finish, give_back, part_of};
use super::place::request_below;
use super::refused::Refused;
use super::site::Site;
use super::start::{self, Under, decide_head, root_alone};
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{registry, thread};
use crate::interop::contexts::span_context;
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
            strand.is_free_by_hand().then(|| start_on(strand, current))
        }),
        Parent::Span(reach) => on_active(reach.part.seed(), |strand| {
            strand
                .is_free_by_hand()
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

    /// The strand.
    pub(super) fn seed(&self) -> u64 {
        self.part.seed()
    }

    fn place(&self) -> (u64, u32) {
        (self.seed(), self.number)
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
    pub(super) fn strand(&self) -> Option<Box<Strand>> {
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

impl Strand {
    /// Is it one of a span that runs by hand?
    fn is_free_by_hand(&self) -> bool {
        self.free && self.runs_by_hand()
    }

    /// What has ended joins with its first span; others may be open for long.
    fn first_has_ended(&mut self, number: u32) {
        if number != 0 || !self.free || self.open() == 0 {
            return;
        }
        let Some(segment) = self.segment.clone() else {
            return;
        };
        if let Some(ended) = self.split() {
            segment.take_in(ended);
        }
    }
}
