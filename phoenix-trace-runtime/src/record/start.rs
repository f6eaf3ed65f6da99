//! Starting spans: below the one that runs now, or as a local root on a strand of its own.

use opentelemetry::trace::SpanContext;

use super::clock::{self, Ticks};
use super::context::Context;
use super::current::{on_active, render_lazy, set_lazy};
use super::owned::Owned;
use super::refused::Refused;
use super::site::Site;
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{fresh, part, scope, thread};
use crate::interop::contexts;
use crate::value::Attr;

/// A span of a strand that somebody further out owns. Two machine words, which travel in registers: written and read in
/// pieces of different widths, they would stall the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    /// The strand's; zero: there is no span.
    pub(super) seed: u64,
    /// The span's number, and above it, while the span runs, the number of what ran before it.
    place: u64,
}

/// In place of what ran before a span: it does not run.
const SUSPENDED: u32 = u32::MAX - 1;

impl Child {
    pub(super) const NONE: Self = Self::new(0, NONE);

    /// A span that does not run.
    #[inline]
    pub(super) const fn new(seed: u64, number: u32) -> Self {
        Self::of(seed, number, SUSPENDED)
    }

    #[inline]
    const fn of(seed: u64, number: u32, previous: u32) -> Self {
        Self {
            seed,
            place: (previous as u64) << 32 | number as u64,
        }
    }

    /// The local root, or a branch's outermost: what its owner runs.
    pub(super) const fn first() -> Self {
        Self::new(0, 0)
    }

    /// Did nothing run, below which it could have started?
    #[inline]
    pub(super) const fn is_none(self) -> bool {
        self.seed == 0
    }

    /// The span's number, or [`NONE`] where the segment had no room for it.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        self.place as u32
    }

    /// What ran before it; `None`: it does not run.
    #[inline]
    pub(super) const fn previous(self) -> Option<u32> {
        match (self.place >> 32) as u32 {
            SUSPENDED => None,
            previous => Some(previous),
        }
    }

    #[inline]
    pub(super) const fn running(self, previous: u32) -> Self {
        Self::of(self.seed, self.number(), previous)
    }
}

/// What a span starts with besides its attributes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beginning<'a> {
    /// The parts of its name; without any it is called as its site says.
    pub(super) name: &'a [&'a str],
    /// The spans that it is linked to.
    pub(super) links: &'a [SpanContext],
}

impl<'a> Beginning<'a> {
    /// With nothing more.
    pub(super) const PLAIN: Self = Self::named(&[]);

    /// With a name that is known only now.
    #[must_use]
    pub const fn named(name: &'a [&'a str]) -> Self {
        Self { name, links: &[] }
    }

    /// With links to other spans.
    #[must_use]
    pub const fn linked(links: &'a [SpanContext]) -> Self {
        Self { name: &[], links }
    }

    /// The same for a child that has just started.
    #[inline]
    pub(super) fn of_child(self, child: Child) {
        if !(self.name.is_empty() && self.links.is_empty()) && child.number() != NONE {
            on_active(child.seed, |strand| strand.begin(child.number(), self));
        }
    }
}

impl Strand {
    fn begin(&mut self, number: u32, beginning: Beginning<'_>) {
        self.rename_parts(number, beginning.name);
        for to in beginning.links {
            self.link(number, to);
        }
    }
}

/// What a local root is started under.
pub(crate) enum Under<'a> {
    /// The context of the scope that runs now, if there is one.
    Current,
    /// The context of a request that has just come in, which is taken: it is too large to be handed down by value.
    Request(&'a mut Context),
}

/// Starts a span below the one that runs now, if there is one. With `run`, it is the current one from here on.
#[inline]
pub(super) fn start_child(site: &'static Site, attrs: &[Attr<'_>], now: Ticks, run: bool) -> Child {
    let mut lazy = false;
    let child = thread::with(|thread| child_on(thread, site, attrs, now, run, &mut lazy))
        .unwrap_or(Child::NONE);
    if lazy {
        set_lazy(child.seed, child.number(), attrs);
    }
    child
}

/// The same; `lazy`: are there attributes that must be asked for?
#[inline(always)]
fn child_on(
    thread: &mut thread::Thread,
    site: &'static Site,
    attrs: &[Attr<'_>],
    now: Ticks,
    run: bool,
    lazy: &mut bool,
) -> Child {
    let thread::Thread {
        active, contexts, ..
    } = thread;
    let Some(strand) = active
        .as_deref_mut()
        .filter(|strand| strand.role != Role::Scope)
    else {
        return Child::NONE;
    };
    let parent = strand.current;
    let number = strand.start(site, parent, now);
    let mut child = Child::new(strand.seed, number);
    if number != NONE {
        *lazy = strand.describe(attrs);
        if run {
            strand.current = number;
            child = child.running(parent);
            if strand.follows {
                contexts.follow(strand, number);
            }
        }
    }
    child
}

/// Starts the span of the fresh [`Owned`](super::owned::Owned) that is being entered: below the one that runs now, or as a
/// local root. It runs from here on. Elsewhere it does nothing.
#[inline]
pub(crate) fn start(site: &'static Site, attrs: &[Attr<'_>]) {
    let now = clock::now();
    if let Some(child) = start_fresh(site, attrs, now)
        && child.is_none()
    {
        start_root_here(site, attrs, Beginning::PLAIN, now);
    }
}

/// The same with more to begin with.
#[inline]
pub(crate) fn start_as(site: &'static Site, attrs: &[Attr<'_>], beginning: Beginning<'_>) {
    let now = clock::now();
    match start_fresh(site, attrs, now) {
        Some(child) if child.is_none() => start_root_here(site, attrs, beginning, now),
        Some(child) => beginning.of_child(child),
        None => {}
    }
}

/// Starts the span below the one that runs now, if there is one; `None`: it is not expected here.
#[inline]
fn start_fresh(site: &'static Site, attrs: &[Attr<'_>], now: Ticks) -> Option<Child> {
    let mut lazy = false;
    let child = thread::with(|thread| {
        thread
            .fresh
            .takes_start()
            .then(|| child_on(thread, site, attrs, now, true, &mut lazy))
    });
    let Some(child) = child else {
        thread::lose_span();
        return None;
    };
    let child = child?;
    if lazy {
        set_lazy(child.seed, child.number(), attrs);
    }
    Some(child)
}

#[inline(never)]
fn start_root_here(site: &'static Site, attrs: &[Attr<'_>], beginning: Beginning<'_>, now: Ticks) {
    match start_root(site, attrs, beginning, now, Under::Current) {
        Ok(strand) => run_here(strand),
        Err(refused) => fresh::refuse(refused),
    }
}

/// Runs a strand whose first span has started, until the span's owner takes it and lets run again what ran before.
fn run_here(strand: Box<Strand>) {
    if let Err(strand) = thread::install(strand) {
        strand.pipeline.lose(strand.records.len());
    }
}

/// The same in another place: on a branch below another span, or as a local root under the context of a scope.
#[inline(never)]
pub(crate) fn start_in(
    place: &mut Owned,
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
) {
    let Some(mut place) = place.take_strand() else {
        start_as(site, attrs, beginning);
        return;
    };
    if thread::with(|thread| thread.fresh.takes_start()) != Some(true) {
        // Its segment waits for it.
        part::finish(place);
        return;
    }
    let now = clock::now();
    if place.role == Role::Scope {
        let mut context = std::mem::take(&mut place.context);
        thread::recycle(place);
        match start_root(site, attrs, beginning, now, Under::Request(&mut context)) {
            Ok(mut scope) if scope.role == Role::Scope => {
                fresh::refuse(scope.refused.take());
                thread::recycle(scope);
            }
            Ok(strand) => run_here(strand),
            Err(refused) => fresh::refuse(refused),
        }
        return;
    }
    let number = place.start(site, NONE, now);
    if number == NONE {
        part::finish(place);
        return;
    }
    place.current = number;
    place.owned = true;
    place.begin(number, beginning);
    if place.describe(attrs) {
        for (attr, value) in render_lazy(attrs, &place) {
            place.set_rendered(number, attr.key, value);
        }
    }
    run_here(place);
}

/// Starts a local root on a strand of its own. For a request, while nothing is recorded, it is the scope of its context. What
/// it begins with is complete before the head decision is made. `Err`: nothing is recorded, or it is refused for want of room.
#[inline(never)]
pub(super) fn start_root(
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
    now: Ticks,
    under: Under<'_>,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let mut strand = root_alone(site, attrs, beginning, now, under)?;
    decide_head(&mut strand, now);
    contexts::of_root(&mut strand);
    Ok(strand)
}

/// The same without a context of OpenTelemetry, and before the head decision.
pub(super) fn root_alone(
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
    now: Ticks,
    under: Under<'_>,
) -> Result<Box<Strand>, Option<Box<Refused>>> {
    let strand = thread::with(|thread| match (thread.take_root(), under) {
        (Ok(mut strand), under) => {
            match (under, &thread.active) {
                (Under::Request(context), _) => strand.context = std::mem::take(context),
                (Under::Current, Some(scope)) => strand.context.clone_from(&scope.context),
                (Under::Current, None) => {}
            }
            strand.become_root(thread);
            Ok(strand)
        }
        (Err(refused), Under::Request(context)) => {
            let mut scope = scope::strand(thread, std::mem::take(context));
            scope.refused = refused.map(|by| Refused::new(by, site, beginning, attrs.len(), now));
            Ok(scope)
        }
        (Err(refused), Under::Current) => {
            Err(refused.map(|by| Refused::new(by, site, beginning, attrs.len(), now)))
        }
    });
    let Some(strand) = strand else {
        thread::lose_span();
        return Err(None);
    };
    let mut strand = strand?;
    if strand.role == Role::Scope {
        return Ok(strand);
    }
    strand.cut_at = now.saturating_add(strand.pipeline.cut);
    if strand.start(site, NONE, now) == NONE {
        return Err(None);
    }
    strand.current = 0;
    strand.begin(0, beginning);
    if let Some(link) = strand.context.link.take() {
        strand.link(0, &link);
    }
    if strand.describe(attrs) {
        for (attr, value) in render_lazy(attrs, &strand) {
            strand.set_rendered(0, attr.key, value);
        }
    }
    Ok(strand)
}

/// Makes the head decision about a local root that has started, and looks at what it has begun with. Others have none.
pub(crate) fn decide_head(strand: &mut Strand, now: Ticks) {
    if strand.role != Role::Root {
        return;
    }
    if let Some((pipeline, context, root)) = strand.starting() {
        let attributes = pipeline.decide_head(context, root, now);
        if !attributes.is_empty() {
            strand.annotate(&attributes);
        }
    }
}

impl Strand {
    /// It is to hold a local root, of a new trace if its context knows none.
    pub(super) fn become_root(&mut self, thread: &mut thread::Thread) {
        self.role = Role::Root;
        self.draw_ids();
        if self.context.trace_id == 0 {
            self.context.trace_id = match self.pipeline.by_hand.long_id() {
                Some(drawn) => drawn,
                None => thread.new_trace_id(),
            };
            self.context.flags = super::context::RANDOM;
            self.context.parent = 0;
        }
    }
}
