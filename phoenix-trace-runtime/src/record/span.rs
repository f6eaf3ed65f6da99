//! Spans as code holds them: [`Entered`] for the length of a scope, [`Owned`] across the polls of a future, the frames of
//! a body, the items of a stream. An `Owned` span runs only between [`Owned::enter`] and the end of what that returns.

use std::marker::PhantomData;
use std::sync::Arc;

use super::clock::{self, Ticks};
use super::context::Context;
use super::ids;
use super::segment::{Edit, Late, LateEnd, Part, finish, share};
use super::site::Site;
use super::strand::{NONE, Rendered, Role, Strand, Told, bounded};
use super::{registry, scope, thread};
use crate::outcome::{Failure, Outcome};
use crate::panics;
use crate::value::{Attr, Value};

/// A span that runs until it is dropped. It cannot leave its thread, nor be held across an await.
#[derive(Debug)]
pub struct Entered {
    kind: EnteredKind,
    was_panicking: bool,
    /// Of a child: its span, and what was current before it. Flat, so that starting a span moves no enum about.
    child: Child,
    /// Of a root: the strand that it hides.
    hidden: Option<Box<Strand>>,
    not_send: PhantomData<*const ()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EnteredKind {
    Off,
    Child,
    Root,
}

/// A span of the running strand.
#[derive(Clone, Copy, Debug)]
struct Child {
    seed: u64,
    number: u32,
    previous: u32,
}

impl Child {
    const NONE: Self = Self {
        seed: 0,
        number: NONE,
        previous: NONE,
    };
}

/// A span, or the right to record below one, that runs now and then. Dropped before it was ended, it was cancelled.
#[derive(Debug, Default)]
pub struct Owned(State);

#[derive(Debug, Default)]
enum State {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Span `number` of the strand `seed`, which somebody further out owns.
    Child { seed: u64, number: u32 },
    /// A strand of its own that nobody else can reach.
    Strand(Box<Strand>),
    /// The same, suspended where others can reach it.
    Parked(Arc<Part>),
    /// Running: the strand is the thread's. Its part, once it has one, waits here for the next suspension.
    Running(Option<Arc<Part>>),
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
fn start_child(site: &'static Site, attrs: &[Attr<'_>], now: Ticks, run: bool) -> Option<Child> {
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
fn start_root(
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
        for (attr, value) in lazy(attrs, &strand) {
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
        strand.context.trace_id = thread.ids().trace_id();
        strand.context.flags = super::context::RANDOM;
        strand.context.parent = 0;
    }
    strand
}

/// The values that must be asked for, each bounded in length.
fn lazy<'a>(attrs: &'a [Attr<'a>], strand: &Strand) -> Vec<(&'a Attr<'a>, Rendered)> {
    let limit = strand.pipeline.limits.value_length;
    attrs
        .iter()
        .filter_map(|attr| Some((attr, render(attr.value, limit)?)))
        .collect()
}

#[inline(never)]
fn set_lazy(seed: u64, owner: u32, attrs: &[Attr<'_>]) {
    let limit = |thread: &mut thread::Thread| {
        thread
            .active
            .as_ref()
            .map_or(0, |strand| strand.pipeline.limits.value_length)
    };
    let limit = thread::with(limit).unwrap_or(0);
    for attr in attrs {
        let Some(value) = render(attr.value, limit) else {
            continue;
        };
        on_active(seed, |strand| strand.set_rendered(owner, attr.key, value));
    }
}

fn render(value: Value<'_>, limit: usize) -> Option<Rendered> {
    use opentelemetry::{Array, StringValue};
    Some(match value {
        Value::Format(text) => Rendered::Text(bounded(text, limit)),
        Value::Bools(elements) => {
            let mut array = Vec::new();
            elements.visit(&mut |v| {
                if let Value::Bool(v) = v {
                    array.push(v)
                }
            });
            Rendered::Array(Array::Bool(array))
        }
        Value::Ints(elements) => {
            let mut array = Vec::new();
            elements.visit(&mut |v| {
                if let Value::Int(v) = v {
                    array.push(v)
                }
            });
            Rendered::Array(Array::I64(array))
        }
        Value::Doubles(elements) => {
            let mut array = Vec::new();
            elements.visit(&mut |v| {
                if let Value::Double(v) = v {
                    array.push(v)
                }
            });
            Rendered::Array(Array::F64(array))
        }
        Value::Strs(elements) => {
            let mut array = Vec::new();
            elements.visit(&mut |v| {
                if let Value::Str(v) = v {
                    array.push(StringValue::from(bounded(format_args!("{v}"), limit)));
                }
            });
            Rendered::Array(Array::String(array))
        }
        _ => return None,
    })
}

/// Runs `f` on the running strand if it is the one called `seed`.
#[inline]
fn on_active<R>(seed: u64, f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    thread::with(|thread| match &mut thread.active {
        Some(strand) if strand.seed == seed => Some(f(strand)),
        _ => None,
    })
    .flatten()
}

/// Starts a span that runs from now until the guard is dropped.
pub(crate) fn enter(site: &'static Site, attrs: &[Attr<'_>]) -> Entered {
    let now = clock::now();
    let Some(child) = start_child(site, attrs, now, true) else {
        return enter_root(site, attrs, now);
    };
    let kind = if child.number == NONE {
        EnteredKind::Off
    } else {
        EnteredKind::Child
    };
    Entered {
        kind,
        was_panicking: std::thread::panicking(),
        child,
        hidden: None,
        not_send: PhantomData,
    }
}

#[inline(never)]
fn enter_root(site: &'static Site, attrs: &[Attr<'_>], now: Ticks) -> Entered {
    let Some(strand) = start_root(site, attrs, &[], now, Under::Current) else {
        return Entered::off();
    };
    match thread::install(strand) {
        Ok(hidden) => Entered {
            kind: EnteredKind::Root,
            was_panicking: std::thread::panicking(),
            child: Child {
                number: 0,
                ..Child::NONE
            },
            hidden,
            not_send: PhantomData,
        },
        Err(strand) => {
            strand.pipeline.lose(&strand);
            Entered::off()
        }
    }
}

impl Entered {
    /// A guard of no span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self {
            kind: EnteredKind::Off,
            was_panicking: false,
            child: Child::NONE,
            hidden: None,
            not_send: PhantomData,
        }
    }

    /// Records how the work ended.
    #[inline]
    pub fn outcome(&self, outcome: Outcome<'_>) {
        if let Outcome::Err(failure) = outcome {
            self.fail(&failure);
        }
    }

    #[inline(never)]
    fn fail(&self, failure: &Failure<'_>) {
        if self.kind != EnteredKind::Off {
            fail_active(self.child.number, failure);
        }
    }

    /// Ends the span; without unwinding, that is all there is to do.
    fn end(&mut self) {
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
        }
        let now = clock::now();
        if self.kind == EnteredKind::Root {
            if let Some(mut strand) = thread::uninstall(self.hidden.take()) {
                strand.end(0, now);
                finish(strand);
            }
            return;
        }
        let Child {
            seed,
            number,
            previous,
        } = self.child;
        let here = on_active(seed, |strand| {
            strand.end(number, now);
            strand.current = previous;
        });
        if here.is_none() {
            deliver(
                seed,
                Late {
                    number,
                    at: now,
                    end: LateEnd::Finished,
                },
            );
        }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if self.kind != EnteredKind::Off {
            self.end();
        }
    }
}

/// Records a failure on span `number` of the running strand.
fn fail_active(number: u32, failure: &Failure<'_>) {
    let limit = thread::with(|thread| {
        thread
            .active
            .as_ref()
            .map(|strand| (strand.seed, strand.pipeline.limits.message_length))
    });
    let Some((seed, limit)) = limit.flatten() else {
        return;
    };
    let told = Told::of(failure, limit);
    on_active(seed, |strand| {
        strand.fail(number, failure.error_type, &told, true, clock::now())
    });
}

fn deliver(seed: u64, late: Late) {
    if let Some(part) = registry::find(seed) {
        part.deliver(late);
    }
}

/// Starts a span that its owner will run, below the one that runs now.
pub(crate) fn begin(site: &'static Site, attrs: &[Attr<'_>]) -> Owned {
    let now = clock::now();
    Owned(match start_child(site, attrs, now, false) {
        Some(Child { number: NONE, .. }) => State::Off,
        Some(Child { seed, number, .. }) => State::Child { seed, number },
        None => start_root(site, attrs, &[], now, Under::Current).map_or(State::Off, State::Strand),
    })
}

/// Starts a span that its owner will run: below the one that runs now, or as the local root of a request that has just
/// come in. While nothing is recorded, a request still gets the scope of its context.
pub(crate) fn begin_under(
    site: &'static Site,
    name: &[&str],
    attrs: &[Attr<'_>],
    under: Under,
) -> Owned {
    let now = clock::now();
    if let Under::Current = under
        && let Some(Child { seed, number, .. }) = start_child(site, attrs, now, false)
    {
        if number == NONE {
            return Owned::off();
        }
        on_active(seed, |strand| strand.rename_parts(number, name));
        return Owned(State::Child { seed, number });
    }
    Owned(start_root(site, attrs, name, now, under).map_or(State::Off, State::Strand))
}

/// A strand that is set to run: a branch of a segment, or the scope of a request.
pub(crate) fn own(strand: Box<Strand>) -> Owned {
    Owned(State::Strand(strand))
}

impl Owned {
    /// No span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self(State::Off)
    }

    /// Is there nothing to record?
    #[inline]
    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(self.0, State::Off)
    }

    /// Makes the span the current one until the guard goes.
    #[inline]
    pub(crate) fn enter(&mut self) -> Running<'_> {
        let (mut mode, mut child, mut hidden) = (Mode::Nothing, Child::NONE, None);
        match self.0 {
            State::Off | State::Running(_) => {}
            State::Child { seed, number } => {
                child = Child {
                    seed,
                    number,
                    previous: NONE,
                };
                let previous = on_active(seed, |strand| {
                    std::mem::replace(&mut strand.current, number)
                });
                if let Some(previous) = previous {
                    child.previous = previous;
                    mode = Mode::Child;
                } else if let Some(abroad) = abroad(child) {
                    hidden = abroad;
                    mode = Mode::Abroad;
                }
            }
            State::Strand(_) | State::Parked(_) => {
                if let Some(strand) = self.resume() {
                    child.number = 0;
                    hidden = strand;
                    mode = Mode::Strand;
                }
            }
        }
        Running {
            span: self,
            mode,
            child,
            hidden,
            was_panicking: std::thread::panicking(),
        }
    }

    /// Lets the strand run on this thread. Gives the one that it hides; `None` when the thread is ending.
    fn resume(&mut self) -> Option<Option<Box<Strand>>> {
        let strand = match std::mem::replace(&mut self.0, State::Running(None)) {
            State::Strand(strand) => strand,
            State::Parked(part) => {
                let strand = part.unpark();
                self.0 = State::Running(Some(part));
                strand
            }
            other => {
                self.0 = other;
                return None;
            }
        };
        thread::install(strand)
            .map_err(|strand| self.0 = State::Strand(strand))
            .ok()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.is_off() {
            return;
        }
        let now = clock::now();
        match std::mem::take(&mut self.0) {
            State::Off | State::Running(_) => {}
            State::Child { seed, number } => {
                let here = on_active(seed, |strand| {
                    strand.set_cancelled(number);
                    strand.end(number, now);
                });
                if here.is_none() {
                    deliver(
                        seed,
                        Late {
                            number,
                            at: now,
                            end: LateEnd::Cancelled,
                        },
                    );
                }
            }
            State::Strand(strand) => cancel(strand, now),
            State::Parked(part) => cancel(part.unpark(), now),
        }
    }
}

fn cancel(mut strand: Box<Strand>, now: Ticks) {
    if strand.role == Role::Root {
        strand.set_cancelled(0);
        strand.end(0, now);
    }
    finish(strand);
}

/// A child that is polled where its strand does not run: what it records meanwhile is a branch of the same segment.
/// Gives the strand that the branch hides.
#[cold]
fn abroad(child: Child) -> Option<Option<Box<Strand>>> {
    let part = registry::find(child.seed)?;
    let branch = part.segment.branch(ids::span_id(child.seed, child.number));
    thread::install(branch).map_err(finish).ok()
}

/// An [`Owned`] span while it runs. When this is dropped the span is suspended; after a panic it has failed.
#[derive(Debug)]
pub struct Running<'a> {
    span: &'a mut Owned,
    mode: Mode,
    child: Child,
    hidden: Option<Box<Strand>>,
    was_panicking: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Nothing,
    /// A child on the strand of its parent.
    Child,
    /// The owner of the running strand.
    Strand,
    /// A child away from its strand, on a branch.
    Abroad,
}

impl Running<'_> {
    /// Ends the span: its work is done.
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Outcome<'_>) {
        if let Outcome::Err(failure) = outcome {
            self.fail(&failure);
        }
        self.finish();
    }

    /// Changes the span, wherever its strand is.
    pub(crate) fn edit(&mut self, f: impl FnOnce(&mut Strand, u32) + Send + 'static) {
        let Child { seed, number, .. } = self.child;
        match self.mode {
            Mode::Nothing => {}
            Mode::Child => {
                on_active(seed, |strand| f(strand, number));
            }
            Mode::Strand => {
                thread::with(|thread| thread.active.as_deref_mut().map(|strand| f(strand, number)));
            }
            Mode::Abroad => {
                let (at, end) = (clock::now(), LateEnd::Edited(Edit(Box::new(f))));
                deliver(seed, Late { number, at, end });
            }
        }
    }

    #[inline(never)]
    fn fail(&mut self, failure: &Failure<'_>) {
        match self.mode {
            Mode::Nothing => {}
            Mode::Child | Mode::Strand => fail_active(self.child.number, failure),
            Mode::Abroad => {
                const LIMIT: usize = 1024;
                let (error_type, told) = (failure.error_type.to_owned(), Told::of(failure, LIMIT));
                let end = LateEnd::Failed { error_type, told };
                deliver(
                    self.child.seed,
                    Late {
                        number: self.child.number,
                        at: clock::now(),
                        end,
                    },
                );
            }
        }
    }

    /// Ends the span and lets run again what it hid.
    fn finish(&mut self) {
        let now = clock::now();
        let Child {
            seed,
            number,
            previous,
        } = self.child;
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => return,
            Mode::Child => {
                on_active(seed, |strand| {
                    strand.end(number, now);
                    strand.current = previous;
                });
            }
            Mode::Strand => {
                if let Some(mut strand) = thread::uninstall(self.hidden.take()) {
                    if strand.role == Role::Root {
                        strand.end(0, now);
                    }
                    finish(strand);
                }
            }
            Mode::Abroad => {
                if let Some(branch) = thread::uninstall(self.hidden.take()) {
                    finish(branch);
                }
                deliver(
                    seed,
                    Late {
                        number,
                        at: now,
                        end: LateEnd::Finished,
                    },
                );
            }
        }
        self.span.0 = State::Off;
    }

    fn suspend(&mut self) {
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => {}
            Mode::Child => {
                on_active(self.child.seed, |strand| {
                    strand.current = self.child.previous;
                    share(strand);
                });
            }
            Mode::Strand => {
                let strand = thread::uninstall(self.hidden.take());
                self.span.0 = match (strand, std::mem::take(&mut self.span.0)) {
                    (Some(strand), State::Running(Some(part))) => {
                        part.park(strand);
                        State::Parked(part)
                    }
                    (Some(scope), _) if scope.role == Role::Scope => State::Strand(scope),
                    (Some(mut strand), _) => {
                        let part = share(&mut strand).clone();
                        part.park(strand);
                        State::Parked(part)
                    }
                    (None, _) => State::Off,
                };
            }
            Mode::Abroad => {
                if let Some(branch) = thread::uninstall(self.hidden.take()) {
                    finish(branch);
                }
            }
        }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.mode == Mode::Nothing {
            return;
        }
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
            self.finish();
        } else {
            self.suspend();
        }
    }
}

/// Records attributes on the running span.
pub(crate) fn record(attrs: &[Attr<'_>]) {
    let current = thread::with(|thread| {
        let strand = thread.active.as_mut()?;
        let number = strand.current;
        strand.set_plain(number, attrs);
        Some((strand.seed, number))
    });
    if let Some((seed, number)) = current.flatten()
        && attrs.iter().any(Attr::is_lazy)
    {
        set_lazy(seed, number, attrs);
    }
}

/// Adds an event to the running span.
pub(crate) fn event(name: &'static str, attrs: &[Attr<'_>]) {
    let now = clock::now();
    let event = thread::with(|thread| {
        let strand = thread.active.as_mut()?;
        let owner = strand.event(strand.current, name, now)?;
        strand.set_plain(owner, attrs);
        Some((strand.seed, owner))
    });
    if let Some((seed, owner)) = event.flatten()
        && attrs.iter().any(Attr::is_lazy)
    {
        set_lazy(seed, owner, attrs);
    }
}
