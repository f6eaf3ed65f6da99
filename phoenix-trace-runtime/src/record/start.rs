//! Starting spans: below the one that runs now, or as a local root on a strand of its own.

use super::clock::Ticks;
use super::context::Context;
use super::current::{render_lazy, set_lazy};
use super::site::Site;
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{scope, thread};
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
    pub(super) const NONE: Self = Self::new(0, NONE, SUSPENDED);

    const fn new(seed: u64, number: u32, previous: u32) -> Self {
        Self {
            seed,
            place: (previous as u64) << 32 | number as u64,
        }
    }

    /// The local root, or a branch's outermost: what its owner runs.
    pub(super) const fn first() -> Self {
        Self::new(0, 0, SUSPENDED)
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
        Self::new(self.seed, self.number(), previous)
    }

    #[inline]
    pub(super) const fn suspended(self) -> Self {
        self.running(SUSPENDED)
    }
}

/// What a local root is started under.
pub(crate) enum Under {
    /// The context of the scope that runs now, if there is one.
    Current,
    /// The context of a request that has just come in.
    Request(Context),
}

/// Starts a span below the one that runs now, if there is one. With `run`, it is the current one from here on.
#[inline]
pub(super) fn start_child(site: &'static Site, attrs: &[Attr<'_>], now: Ticks, run: bool) -> Child {
    let mut lazy = false;
    let child = thread::with(|thread| {
        let Some(strand) = thread
            .active
            .as_deref_mut()
            .filter(|strand| strand.role != Role::Scope)
        else {
            return Child::NONE;
        };
        let parent = strand.current;
        let number = strand.start(site, parent, now);
        let mut child = Child::new(strand.seed, number, SUSPENDED);
        if number != NONE {
            lazy = strand.describe(attrs);
            if run {
                strand.current = number;
                child = child.running(parent);
            }
        }
        child
    })
    .unwrap_or(Child::NONE);
    if lazy {
        set_lazy(child.seed, child.number(), attrs);
    }
    child
}

/// Starts a local root on a strand of its own, called by its site's name unless `name` has parts. For a request, while
/// nothing is recorded, it is the scope of its context. Its attributes are complete before the head decision is made.
#[inline(never)]
pub(super) fn start_root(
    site: &'static Site,
    attrs: &[Attr<'_>],
    name: &[&str],
    now: Ticks,
    under: Under,
) -> Option<Box<Strand>> {
    let strand = thread::with(|thread| match (thread.take_root(), under) {
        (Some(mut strand), under) => {
            match (under, &thread.active) {
                (Under::Request(context), _) => strand.context = context,
                (Under::Current, Some(scope)) => strand.context.clone_from(&scope.context),
                (Under::Current, None) => {}
            }
            Some(root(strand, thread))
        }
        (None, Under::Request(context)) => Some(scope::strand(thread, context)),
        (None, Under::Current) => None,
    });
    let mut strand = strand.flatten()?;
    if strand.role == Role::Scope {
        return Some(strand);
    }
    strand.cut_at = now.saturating_add(strand.pipeline.cut);
    if strand.start(site, NONE, now) == NONE {
        return None;
    }
    strand.current = 0;
    strand.rename_parts(0, name);
    if strand.describe(attrs) {
        for (attr, value) in render_lazy(attrs, &strand) {
            strand.set_rendered(0, attr.key, value);
        }
    }
    let Strand {
        pipeline, context, ..
    } = &mut *strand;
    pipeline.decide_head(context);
    Some(strand)
}

fn root(mut strand: Box<Strand>, thread: &mut thread::Thread) -> Box<Strand> {
    strand.role = Role::Root;
    if strand.context.trace_id == 0 {
        strand.context.trace_id = thread.new_trace_id();
        strand.context.flags = super::context::RANDOM;
        strand.context.parent = 0;
    }
    strand
}
