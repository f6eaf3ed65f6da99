//! What each thread has at hand: the strand that runs on it now, buffers for the next ones, the pipeline they report to.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "logs")]
use std::time::SystemTime;

use super::attached;
#[cfg(feature = "logs")]
use super::clock;
use super::fresh::Fresh;
use super::ids::Ids;
use super::pool::Pool;
use super::process;
use super::registry;
use super::strand::Strand;
use crate::interop::OtelContext;
use crate::interop::attachments::Attachments;
use crate::interop::observer;
#[cfg(feature = "logs")]
use crate::logs::Logs;
use crate::pipeline::Pipeline;
use crate::propagation::propagators::{DEFAULT, Propagators};

pub(crate) struct Thread {
    /// The strand that runs on this thread now.
    pub(crate) active: Option<Box<Strand>>,
    pub(super) fresh: Fresh,
    /// What OpenTelemetry's context is set to for what runs.
    pub(crate) contexts: Attachments,
    pool: Pool,
    ids: Option<(Ids, u64)>,
    pipeline: Option<Arc<Pipeline>>,
    /// Of the process, unless they are the default.
    propagators: Option<&'static Propagators>,
    /// Of the process, whether it has a pipeline or not.
    #[cfg(feature = "logs")]
    logs: Option<Arc<Logs>>,
    generation: u64,
    /// Instead of the process's pipeline, for the time of a scope on this thread.
    pub(super) scoped: Option<Arc<Pipeline>>,
}

thread_local! {
    /// As it has nothing to drop itself, looking at it takes a moment; [`END`] drops what it holds.
    static THREAD: RefCell<ManuallyDrop<Thread>> = const { RefCell::new(ManuallyDrop::new(Thread::NEW)) };
    static END: End = const { End };
}

impl Thread {
    const NEW: Self = Self {
        active: None,
        fresh: Fresh::NONE,
        contexts: Attachments::NONE,
        pool: Pool::EMPTY,
        ids: None,
        pipeline: None,
        propagators: None,
        #[cfg(feature = "logs")]
        logs: None,
        generation: 0,
        scoped: None,
    };

    /// From here on it holds something, which is dropped when the thread ends.
    #[cold]
    pub(crate) fn drop_at_end() {
        let _ = END.try_with(|_| ());
    }
}

/// The end of a thread: from then on its state is out of reach.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        let held = THREAD.with(|thread| {
            let mut thread = thread.try_borrow_mut().ok()?;
            let held = std::mem::replace(&mut **thread, Thread::NEW);
            std::mem::forget(thread);
            Some(held)
        });
        drop(held);
    }
}

/// Runs `f` on this thread's state. `None` when the thread is ending, or inside of another `with`.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&mut Thread) -> R) -> Option<R> {
    // Unlike `LocalKey::with`, this is inlined.
    THREAD
        .try_with(|thread| {
            thread
                .try_borrow_mut()
                .ok()
                .map(|mut thread| f(&mut thread))
        })
        .ok()
        .flatten()
}

/// A thread that ends with a context attached holds up no segment.
impl Drop for Thread {
    fn drop(&mut self) {
        while let Some(strand) = attached::uncover(&mut self.active) {
            attached::put_away(strand);
        }
    }
}

impl Thread {
    /// The generator of this thread, and the thread's number.
    fn ids(&mut self) -> &mut (Ids, u64) {
        static THREADS: AtomicU64 = AtomicU64::new(0);
        self.ids
            .get_or_insert_with(|| (Ids::from_entropy(), THREADS.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) fn new_trace_id(&mut self) -> u128 {
        self.ids().0.trace_id()
    }

    /// Takes notice of what was set since.
    #[inline]
    fn refresh(&mut self) {
        let generation = process::generation();
        if generation != self.generation {
            Self::drop_at_end();
            self.generation = generation;
            self.pipeline = process::global();
            self.propagators = process::propagators();
            #[cfg(feature = "logs")]
            {
                self.logs = process::logs();
            }
        }
    }

    /// The pipeline that the running code reports to; `None`: nothing is recorded.
    fn recording(&mut self) -> Option<Arc<Pipeline>> {
        self.refresh();
        self.reports_to().cloned()
    }

    fn reports_to(&self) -> Option<&Arc<Pipeline>> {
        let Self {
            active,
            scoped,
            pipeline,
            ..
        } = self;
        reports_to(active.as_deref(), scoped.as_ref(), pipeline.as_ref())
    }

    /// An empty strand for a local root that starts here. `Err`: nothing is recorded, or this pipeline has no room.
    #[inline]
    pub(crate) fn take_root(&mut self) -> Result<Box<Strand>, Option<Arc<Pipeline>>> {
        self.refresh();
        if self.active.as_ref().is_some_and(|active| active.suppressed) {
            return Err(None);
        }
        let Self {
            active,
            scoped,
            pipeline,
            pool,
            ..
        } = self;
        let Some(pipeline) = reports_to(active.as_deref(), scoped.as_ref(), pipeline.as_ref())
        else {
            return Err(None);
        };
        if !pipeline.admits_segment() {
            return Err(Some(pipeline.clone()));
        }
        let strand = pool.take(pipeline);
        Ok(self.named(strand))
    }

    /// An empty strand for a scope, which no pipeline need be behind.
    pub(crate) fn take_scope(&mut self) -> Box<Strand> {
        match self.recording() {
            Some(pipeline) => self.take_strand(&pipeline),
            None => self.take_strand(Pipeline::idle()),
        }
    }

    /// An empty strand with a new seed.
    #[inline]
    pub(crate) fn take_strand(&mut self, pipeline: &Arc<Pipeline>) -> Box<Strand> {
        let strand = self.pool.take(pipeline);
        self.named(strand)
    }

    /// A branch that has just served a task below the span at this place, for another one.
    #[inline]
    pub(super) fn take_branch(&mut self, place: (u64, u32)) -> Option<Box<Strand>> {
        let branch = self.pool.take_branch(place)?;
        Some(self.named(branch))
    }

    #[inline]
    fn named(&mut self, mut strand: Box<Strand>) -> Box<Strand> {
        let (ids, number) = self.ids();
        strand.seed = registry::seed_in_shard(ids.seed(), *number);
        strand.id_seed = strand.seed;
        strand.follows = strand.pipeline.contexts == OtelContext::EverySpan;
        strand.take_first_room();
        strand
    }

    /// Takes the strand that runs, so that the one runs again that it hides.
    #[inline(always)]
    fn take_running(&mut self) -> Option<Box<Strand>> {
        let mut running = self.active.take()?;
        let mut hidden = running.hidden.take();
        self.contexts.detach(&mut running, hidden.as_deref_mut());
        // Nothing is there to drop.
        std::mem::forget(std::mem::replace(&mut self.active, hidden));
        Some(running)
    }
}

/// What the code reports to that runs in `active`: its own pipeline, or that of the scope on this thread, or the process's.
#[inline]
fn reports_to<'a>(
    active: Option<&'a Strand>,
    scoped: Option<&'a Arc<Pipeline>>,
    pipeline: Option<&'a Arc<Pipeline>>,
) -> Option<&'a Arc<Pipeline>> {
    match active {
        Some(strand) if !strand.pipeline.is_idle() => Some(&strand.pipeline),
        _ => scoped.or(pipeline),
    }
}

pub(crate) fn take_strand(pipeline: &Arc<Pipeline>) -> Box<Strand> {
    with(|thread| thread.take_strand(pipeline)).unwrap_or_else(|| {
        let mut strand = Strand::new(pipeline.clone());
        strand.seed = Ids::from_entropy().seed();
        strand.id_seed = strand.seed;
        strand.take_first_room();
        strand
    })
}

/// See [`Thread::take_branch`].
#[inline]
pub(super) fn take_branch(place: (u64, u32)) -> Option<Box<Strand>> {
    with(|thread| thread.take_branch(place)).flatten()
}

/// Keeps a branch for [`take_branch`].
#[inline]
pub(super) fn keep_branch(branch: Box<Strand>) {
    with(|thread| thread.pool.keep_branch(branch));
}

/// Takes a strand that is no longer needed back into this thread's pool.
pub(crate) fn recycle(mut strand: Box<Strand>) {
    strand.clear();
    with(|thread| thread.pool.give(strand));
}

/// The same for several.
pub(crate) fn recycle_all(strands: impl Iterator<Item = Box<Strand>>) {
    let mut cleared = strands.map(|mut strand| {
        strand.clear();
        strand
    });
    with(|thread| cleared.by_ref().for_each(|strand| thread.pool.give(strand)));
    // Those that the thread cannot take.
    cleared.for_each(drop);
}

/// A span cannot start where the thread is ending, such as in the destructor of a thread-local.
#[cold]
pub(super) fn lose_span() {
    if let Some(pipeline) = process::global() {
        pipeline.lose(1);
    }
}

/// Makes `strand` the running one, which hides the one that ran. Gives it back when the thread is ending.
#[inline(always)]
pub(crate) fn install(strand: Box<Strand>) -> Result<(), Box<Strand>> {
    let mut swapped = Some(strand);
    with(|thread| {
        if let Some(strand) = &mut swapped {
            (thread.contexts).attach(strand, thread.active.as_deref_mut());
        }
        std::mem::swap(&mut thread.active, &mut swapped);
        if let Some(strand) = &mut thread.active {
            strand.hide(swapped.take());
        }
    });
    swapped.map_or(Ok(()), Err)
}

/// Ends what `install` began: gives back the running strand and lets the one that it hides run again.
#[inline(always)]
pub(crate) fn uninstall() -> Option<Box<Strand>> {
    let uninstalled = with(|thread| {
        if is_attached(thread.active.as_deref()) {
            return None;
        }
        let strand = thread.take_running();
        Some((strand, is_attached(thread.active.as_deref())))
    });
    match uninstalled {
        Some(Some((strand, false))) => strand,
        Some(Some((strand, true))) => {
            attached::settle();
            strand
        }
        Some(None) => uninstall_below(),
        None => None,
    }
}

/// Does it run because a context was attached by hand?
#[inline]
fn is_attached(strand: Option<&Strand>) -> bool {
    strand.is_some_and(|strand| !strand.attached.is_empty())
}

/// The same below contexts that were attached by hand, and outlive what they were attached in.
#[cold]
fn uninstall_below() -> Option<Box<Strand>> {
    let mut left = Vec::new();
    with(|thread| {
        left.extend(std::iter::from_fn(|| attached::uncover(&mut thread.active)));
    });
    left.into_iter().for_each(attached::put_away);
    let strand = with(Thread::take_running)?;
    observer::look_over();
    strand
}

/// A context for span `number` of the strand that runs, which runs from here on.
#[cold]
pub(super) fn follow(number: u32) {
    with(|thread| {
        let Thread {
            active, contexts, ..
        } = thread;
        if let Some(strand) = active.as_deref_mut() {
            contexts.follow(strand, number);
        }
    });
}

/// Takes away the context of span `number` of the strand `seed`.
#[cold]
pub(super) fn unfollow(seed: u64, number: u32) {
    with(|thread| thread.contexts.unfollow(seed, number));
    attached::settle();
}

/// The same for the strand that runs.
#[cold]
pub(super) fn unfollow_number(number: u32) {
    with(|thread| {
        if let Some(seed) = thread.active.as_ref().map(|strand| strand.seed) {
            thread.contexts.unfollow(seed, number);
        }
    });
    attached::settle();
}

/// How context travels to and from the running code.
#[inline]
pub(crate) fn propagators() -> &'static Propagators {
    let propagators = with(|thread| {
        thread.refresh();
        match thread.reports_to() {
            Some(pipeline) => Some(pipeline.propagators),
            None => thread.propagators,
        }
    });
    propagators.flatten().unwrap_or(&DEFAULT)
}

/// Where goes what the running code logs. What comes after the end of its pipeline is counted there.
#[cfg(feature = "logs")]
pub(crate) fn logs() -> Option<Arc<Logs>> {
    let logs = with(|thread| {
        thread.refresh();
        match thread.reports_to() {
            Some(pipeline) => pipeline.logs.clone(),
            None => thread.logs.clone(),
        }
    });
    // Where the thread is ending, they are those of the process.
    logs.unwrap_or_else(process::logs)
}

/// The pipeline that the running code reports to.
pub(crate) fn current_pipeline() -> Option<Arc<Pipeline>> {
    // Where the thread is ending, it is that of the process.
    with(Thread::recording).unwrap_or_else(process::global)
}

/// The id of another request, where a test has ids in its hands.
pub(crate) fn long_id() -> Option<u128> {
    if !cfg!(feature = "testing") {
        return None;
    }
    with(|thread| thread.reports_to()?.by_hand.long_id()).flatten()
}

/// What time it is for what the running code logs.
#[cfg(feature = "logs")]
pub(crate) fn time() -> SystemTime {
    if !cfg!(feature = "testing") {
        return SystemTime::now();
    }
    let by_hand = with(|thread| thread.reports_to()?.by_hand.wall(clock::now()));
    by_hand.flatten().unwrap_or_else(SystemTime::now)
}
