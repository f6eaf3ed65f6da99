//! What a strand knows of the contexts of OpenTelemetry that were attached by hand, where it runs because of them: which they are,
//! which of its spans runs below the current one, and what that hides.

use super::part::share;
use super::strand::{Role, Strand};
use crate::interop::contexts::OtelContext;
use crate::propagation::Baggage;

/// What is active in a context of OpenTelemetry: the id of its span, zero for none, whether it lets record, and a hash of its
/// baggage, zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Active {
    pub(crate) span: u64,
    pub(crate) suppressed: bool,
    pub(crate) baggage: u64,
}

impl Active {
    pub(super) const NOTHING: Self = Self {
        span: 0,
        suppressed: false,
        baggage: 0,
    };
}

/// The contexts because of which a strand runs.
#[derive(Debug, Default)]
pub(crate) struct Attached {
    /// From the outermost to the current one. Some below that may have been detached.
    pub(super) levels: Vec<Level>,
    /// What was active where the outermost was attached.
    pub(super) over: Active,
    /// The strand's own baggage, where the current context has another.
    pub(super) own: Option<Baggage>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) active: Active,
    /// The strand that ran last because of it, and its span, or [`NONE`](super::stored::NONE).
    pub(super) seed: u64,
    pub(super) number: u32,
    /// That strand while another context is current, where it is a scope: another one would be another request.
    pub(super) scope: Option<Box<Strand>>,
    /// The baggage that is sent there, where it is not the strand's own.
    pub(super) baggage: Option<Baggage>,
}

impl Attached {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    pub(super) fn push(&mut self, level: Level) {
        /// As many as OpenTelemetry attaches on a thread.
        const LEVELS: usize = u16::MAX as usize;
        if self.levels.len() == LEVELS {
            self.levels.remove(0);
        }
        self.levels.push(level);
    }

    /// Gives a strand its own baggage again.
    pub(super) fn give_back(&mut self, baggage: &mut Baggage) {
        if let Some(own) = self.own.take() {
            *baggage = own;
        }
    }
}

impl Level {
    pub(super) fn of(active: Active, strand: &Strand) -> Self {
        Self {
            active,
            seed: strand.seed,
            number: strand.current,
            scope: None,
            baggage: None,
        }
    }
}

impl Strand {
    /// Is the innermost span that runs here one that runs because a context was attached? What is annotated may be suspended or
    /// end before that is detached.
    pub(super) fn runs_by_hand(&self) -> bool {
        let level = self.attached.levels.last();
        level.is_some_and(|level| level.number == self.current)
    }

    /// Runs on where another context is attached, if it runs by hand.
    pub(super) fn enter_there(&mut self, active: Active) -> bool {
        self.runs_by_hand() && self.enter(self.current, active, self.lent())
    }

    /// Runs another of its spans because a context was attached, if it can.
    pub(super) fn enter_own(
        &mut self,
        number: u32,
        active: Active,
        baggage: Option<Baggage>,
    ) -> bool {
        self.free && self.runs_by_hand() && self.enter(number, active, baggage)
    }

    fn enter(&mut self, number: u32, active: Active, baggage: Option<Baggage>) -> bool {
        self.current = number;
        let level = Level::of(active, self);
        self.attached.push(Level { baggage, ..level });
        self.run_level();
        true
    }

    /// Runs another of its spans because the context that was attached last is the current one again, if it can.
    pub(super) fn run_again(&mut self, number: u32) -> bool {
        let level = self.attached.levels.last_mut().filter(|_| self.free);
        let can = level.map(|level| (level.seed, level.number) = (self.seed, number));
        self.run_level();
        can.is_some()
    }

    /// The baggage that it has from the current context.
    pub(super) fn lent(&self) -> Option<Baggage> {
        self.attached.levels.last()?.baggage.clone()
    }

    /// Runs because a context was attached over one in which `over` was active, where another strand ran, or none.
    pub(super) fn cover(&mut self, mut ran: Option<Box<Self>>, over: Active) {
        if let Some(ran) = &mut ran
            && ran.role != Role::Scope
        {
            // Its spans may end meanwhile.
            share(ran);
        }
        self.hide(ran);
        self.attached.over = over;
    }

    /// Runs because of the contexts that `before` has run for.
    pub(super) fn run_instead_of(&mut self, before: &mut Self) {
        before.attached.give_back(&mut before.context.baggage);
        self.attached = std::mem::take(&mut before.attached);
        self.hide(before.hidden.take());
    }

    /// Runs what its current context says.
    pub(super) fn run_level(&mut self) {
        self.attached.give_back(&mut self.context.baggage);
        let Some(level) = self.attached.levels.last() else {
            return;
        };
        self.current = level.number;
        self.otel_span = level.active.span;
        if let Some(lent) = level.baggage.clone() {
            self.attached.own = Some(std::mem::replace(&mut self.context.baggage, lent));
        }
    }

    /// Something annotated runs, over a context that was attached by hand or because it came first. It runs on when that is
    /// detached, and when it has ended it is [looked](super::attached::settle) what is current then.
    pub(super) fn leave_at_end(&mut self, left: Option<Active>, to: Active) {
        if self.attached.is_empty() {
            // It may have been attached around a local root that has none of its own.
            if self.otel.is_none() && left.is_some_and(|left| left.span == self.otel_span) {
                self.otel_span = to.span;
            }
        } else if left.is_some() || self.otel_span != to.span {
            self.otel_span = to.span;
            // By which the end of a span comes to `attached::settle`.
            self.follows = true;
        }
    }

    pub(super) fn follows_each(&self) -> bool {
        self.pipeline.contexts == OtelContext::EverySpan
    }

    /// Does a context that names this span mean what runs here? Where each span has a context, only the one that runs.
    pub(crate) fn is_meant_by(&self, id: u64) -> bool {
        self.otel_span == id && (!self.follows_each() || self.id_of(self.current) == id)
    }

    /// Is a span that the current context names one of its own, and not merely what it runs below? Where no context is attached
    /// for a local root, that in which it started goes on to name its remote parent, and whoever asks for a child of what is
    /// current means what runs.
    pub(crate) fn has_as_its_own(&self, id: u64) -> bool {
        let first = match self.role {
            Role::Branch => self.context.parent == id,
            Role::Root | Role::Scope => false,
        };
        let by_hand = |level: &Level| level.seed == self.seed && self.id_of(level.number) == id;
        first || self.id_of(0) == id || self.attached.levels.iter().any(by_hand)
    }

    /// Reads what was written to it while it was hidden. Spans that have ended meanwhile run no longer.
    pub(super) fn leave_ended(&mut self) {
        if let Some(part) = self.part.clone() {
            part.read(self);
        }
        let by_hand = self.attached.levels.last().map(|level| level.number);
        while Some(self.current) != by_hand
            && let Some(record) = self.record(self.current)
            && record.end != 0
        {
            self.current = record.parent;
        }
    }
}
