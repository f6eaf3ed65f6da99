//! Starting spans: below the one that runs now, or as a local root on a strand of its own.

use super::clock::Ticks;
use super::context::Context;
use super::current::{render_lazy, set_lazy};
use super::site::Site;
use super::strand::{NONE, Role, Strand};
use super::{scope, thread};
use crate::panics;
use crate::value::Attr;

/// A span of the running strand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) seed: u64,
    pub(super) number: u32,
    pub(super) previous: u32,
}

impl Child {
    pub(super) const NONE: Self = Self {
        seed: 0,
        number: NONE,
        previous: NONE,
    };
}

/// What a local root is started under.
pub(crate) enum Under {
    /// The context of the scope that runs now, if there is one.
    Current,
    /// The context of a request that has just come in.
    Request(Context),
}

/// Starts a span below the one that runs now. Without one: `None`.
/// With `run`, it is the current one from here on. Its number is [`NONE`] when the segment has no room for it.
#[inline]
pub(super) fn start_child(
    site: &'static Site,
    attrs: &[Attr<'_>],
    now: Ticks,
    run: bool,
) -> Option<Child> {
    let child = thread::with(|thread| {
        let strand = thread
            .active
            .as_deref_mut()
            .filter(|strand| strand.role != Role::Scope)?;
        let (seed, previous) = (strand.seed, strand.current);
        let number = strand.start(site, previous, now);
        if number != NONE {
            strand.set_plain(number, attrs);
            if run {
                strand.current = number;
            }
        }
        Some(Child {
            seed,
            number,
            previous,
        })
    });
    let child = child.flatten()?;
    if attrs.iter().any(Attr::is_lazy) && child.number != NONE {
        set_lazy(child.seed, child.number, attrs);
    }
    Some(child)
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
    let strand = thread::with(|thread| {
        let request = matches!(under, Under::Request(_));
        let context = match (under, &thread.active) {
            (Under::Request(context), _) => context,
            (Under::Current, Some(scope)) => scope.context.clone(),
            (Under::Current, None) => Context::default(),
        };
        match thread.recording() {
            Some(pipeline) => Some(root(thread.take_strand(&pipeline), context, thread)),
            None => request.then(|| scope::strand(thread, context)),
        }
    });
    panics::forget();
    let mut strand = strand.flatten()?;
    if strand.role == Role::Scope {
        return Some(strand);
    }
    if strand.start(site, NONE, now) == NONE {
        return None;
    }
    strand.current = 0;
    strand.rename_parts(0, name);
    strand.set_plain(0, attrs);
    if attrs.iter().any(Attr::is_lazy) {
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

fn root(mut strand: Box<Strand>, context: Context, thread: &mut thread::Thread) -> Box<Strand> {
    strand.role = Role::Root;
    strand.context = context;
    if strand.context.trace_id == 0 {
        strand.context.trace_id = thread.new_trace_id();
        strand.context.flags = super::context::RANDOM;
        strand.context.parent = 0;
    }
    strand
}
