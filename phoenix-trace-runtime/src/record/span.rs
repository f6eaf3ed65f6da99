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
    span: Scope,
    was_panicking: bool,
    not_send: PhantomData<*const ()>,
}

#[derive(Debug)]
enum Scope {
    Off,
    Child {
        seed: u64,
        number: u32,
        previous: u32,
    },
    Root {
        hidden: Option<Box<Strand>>,
    },
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
    /// Running: the strand is the thread's.
    Running,
}

/// What a span is started under.
pub(crate) enum Under {
    /// The span that runs now; without one it is a root, in the context of the request if there is one.
    Current,
    /// The context of a request that has just come in.
    Request(Context),
}

enum Started {
    Off,
    Child {
        seed: u64,
        number: u32,
    },
    Root(Box<Strand>),
    /// Nothing is recorded, but the context of the request is there for those who ask.
    Scope(Box<Strand>),
}

/// Starts a span, called by its site's name unless `name` has parts. Its attributes are asked for their values while nothing of the recorder is borrowed.
#[inline]
fn start(site: &'static Site, name: &[&str], attrs: &[Attr<'_>], under: Under) -> Started {
    let now = clock::now();
    let started = thread::with(|thread| match under {
        Under::Current => match &mut thread.active {
            Some(strand) if strand.role != Role::Scope => {
                let Some(number) = strand.start(site, strand.current, now) else {
                    return Started::Off;
                };
                strand.rename_parts(number, name);
                strand.set_plain(number, attrs);
                Started::Child {
                    seed: strand.seed,
                    number,
                }
            }
            scope => {
                let context = scope.as_ref().map(|scope| scope.context.clone());
                match thread.recording() {
                    Some(pipeline) => Started::Root(root(
                        thread.take_strand(&pipeline),
                        context.unwrap_or_default(),
                        thread,
                    )),
                    None => Started::Off,
                }
            }
        },
        Under::Request(context) => match thread.recording() {
            Some(pipeline) => Started::Root(root(thread.take_strand(&pipeline), context, thread)),
            None => Started::Scope(scope::strand(thread, context)),
        },
    });
    match started {
        Some(Started::Root(mut strand)) => {
            if strand.start(site, NONE, now).is_none() {
                return Started::Off;
            }
            strand.current = 0;
            strand.rename_parts(0, name);
            strand.set_plain(0, attrs);
            for (attr, value) in lazy(attrs, &strand) {
                strand.set_rendered(0, attr.key, value);
            }
            strand.pipeline.clone().decide_head(&mut strand);
            Started::Root(strand)
        }
        Some(Started::Child { seed, number }) => {
            if attrs.iter().any(Attr::is_lazy) {
                set_lazy(seed, number, attrs);
            }
            Started::Child { seed, number }
        }
        Some(scope @ Started::Scope(_)) => scope,
        Some(Started::Off) | None => Started::Off,
    }
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
#[inline]
pub(crate) fn enter(site: &'static Site, attrs: &[Attr<'_>]) -> Entered {
    let span = match start(site, &[], attrs, Under::Current) {
        Started::Off | Started::Scope(_) => Scope::Off,
        Started::Child { seed, number } => {
            let previous = on_active(seed, |strand| {
                std::mem::replace(&mut strand.current, number)
            });
            Scope::Child {
                seed,
                number,
                previous: previous.unwrap_or(NONE),
            }
        }
        Started::Root(strand) => match thread::install(strand) {
            Ok(hidden) => Scope::Root { hidden },
            Err(strand) => {
                strand.pipeline.lose(&strand);
                Scope::Off
            }
        },
    };
    Entered {
        span,
        was_panicking: std::thread::panicking(),
        not_send: PhantomData,
    }
}

impl Entered {
    /// A guard of no span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self {
            span: Scope::Off,
            was_panicking: false,
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
        let number = match self.span {
            Scope::Off => return,
            Scope::Child { number, .. } => number,
            Scope::Root { .. } => 0,
        };
        fail_active(number, failure);
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.span, Scope::Off) {
            return;
        }
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
        }
        let now = clock::now();
        match std::mem::replace(&mut self.span, Scope::Off) {
            Scope::Off => {}
            Scope::Child {
                seed,
                number,
                previous,
            } => {
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
            Scope::Root { hidden } => {
                if let Some(mut strand) = thread::uninstall(hidden) {
                    strand.end(0, now);
                    finish(strand);
                }
            }
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

/// Starts a span that its owner will run. For a request, while nothing is recorded, it is the scope of its context.
#[inline]
pub(crate) fn begin(site: &'static Site, attrs: &[Attr<'_>], under: Under) -> Owned {
    begin_named(site, &[], attrs, under)
}

/// The same, with a name of its own where `name` has parts.
#[inline]
pub(crate) fn begin_named(
    site: &'static Site,
    name: &[&str],
    attrs: &[Attr<'_>],
    under: Under,
) -> Owned {
    Owned(match start(site, name, attrs, under) {
        Started::Off => State::Off,
        Started::Child { seed, number } => State::Child { seed, number },
        Started::Root(strand) | Started::Scope(strand) => State::Strand(strand),
    })
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
        let mode = match std::mem::take(&mut self.0) {
            State::Off | State::Running => Mode::Nothing,
            State::Child { seed, number } => {
                self.0 = State::Child { seed, number };
                match on_active(seed, |strand| {
                    std::mem::replace(&mut strand.current, number)
                }) {
                    Some(previous) => Mode::Child {
                        seed,
                        number,
                        previous,
                    },
                    None => abroad(seed, number),
                }
            }
            State::Strand(strand) => self.install(strand),
            State::Parked(part) => {
                let strand = part.unpark();
                self.install(strand)
            }
        };
        Running {
            span: self,
            mode,
            was_panicking: std::thread::panicking(),
        }
    }

    #[inline]
    fn install(&mut self, strand: Box<Strand>) -> Mode {
        match thread::install(strand) {
            Ok(hidden) => {
                self.0 = State::Running;
                Mode::Strand { hidden }
            }
            Err(strand) => {
                self.0 = State::Strand(strand);
                Mode::Nothing
            }
        }
    }

    /// Changes the span while it does not run, or runs on this thread.
    pub(crate) fn edit(&mut self, f: impl FnOnce(&mut Strand, u32)) {
        match &mut self.0 {
            State::Off => {}
            State::Child { seed, number } => {
                on_active(*seed, |strand| f(strand, *number));
            }
            State::Strand(strand) => f(strand, 0),
            State::Parked(part) => {
                let mut strand = part.unpark();
                f(&mut strand, 0);
                part.park(strand);
            }
            State::Running => {
                thread::with(|thread| {
                    if let Some(strand) = &mut thread.active {
                        f(strand, 0);
                    }
                });
            }
        }
    }

    /// Ends the span while it does not run, and with it what it owns.
    pub(crate) fn end(mut self, outcome: Outcome<'_>) {
        let mut running = self.enter();
        running.settle(outcome);
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.is_off() {
            return;
        }
        let now = clock::now();
        match std::mem::take(&mut self.0) {
            State::Off | State::Running => {}
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
#[cold]
fn abroad(seed: u64, number: u32) -> Mode {
    let branch = registry::find(seed).map(|part| part.segment.branch(ids::span_id(seed, number)));
    match branch.map(thread::install) {
        Some(Ok(hidden)) => Mode::Abroad {
            hidden,
            seed,
            number,
        },
        Some(Err(strand)) => {
            finish(strand);
            Mode::Nothing
        }
        None => Mode::Nothing,
    }
}

/// An [`Owned`] span while it runs. When this is dropped the span is suspended; after a panic it has failed.
#[derive(Debug)]
pub struct Running<'a> {
    span: &'a mut Owned,
    mode: Mode,
    was_panicking: bool,
}

#[derive(Debug)]
enum Mode {
    Nothing,
    Child {
        seed: u64,
        number: u32,
        previous: u32,
    },
    Strand {
        hidden: Option<Box<Strand>>,
    },
    Abroad {
        hidden: Option<Box<Strand>>,
        seed: u64,
        number: u32,
    },
}

impl Running<'_> {
    /// Ends the span: its work is done.
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Outcome<'_>) {
        if let Outcome::Err(failure) = outcome {
            self.fail(&failure);
            if matches!(self.mode, Mode::Nothing) {
                return;
            }
        }
        self.finish(clock::now());
    }

    /// Changes the span, wherever its strand is.
    pub(crate) fn edit(&mut self, f: impl FnOnce(&mut Strand, u32) + Send + 'static) {
        let (seed, number) = match self.mode {
            Mode::Nothing => return,
            Mode::Child { seed, number, .. } => (Some(seed), number),
            Mode::Strand { .. } => (None, 0),
            Mode::Abroad { seed, number, .. } => {
                let (at, end) = (clock::now(), LateEnd::Edited(Edit(Box::new(f))));
                return deliver(seed, Late { number, at, end });
            }
        };
        thread::with(|thread| match &mut thread.active {
            Some(strand) if seed.is_none_or(|seed| seed == strand.seed) => f(strand, number),
            _ => {}
        });
    }

    #[inline(never)]
    fn fail(&mut self, failure: &Failure<'_>) {
        match self.mode {
            Mode::Nothing => {}
            Mode::Child { number, .. } => fail_active(number, failure),
            Mode::Strand { .. } => fail_active(0, failure),
            Mode::Abroad { seed, number, .. } => {
                const LIMIT: usize = 1024;
                let (error_type, told) = (failure.error_type.to_owned(), Told::of(failure, LIMIT));
                let end = LateEnd::Failed { error_type, told };
                deliver(
                    seed,
                    Late {
                        number,
                        at: clock::now(),
                        end,
                    },
                );
            }
        }
    }

    /// Ends the span at `now` and lets run again what it hid.
    #[inline]
    fn finish(&mut self, now: Ticks) {
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => return,
            Mode::Child {
                seed,
                number,
                previous,
            } => {
                on_active(seed, |strand| {
                    strand.end(number, now);
                    strand.current = previous;
                });
            }
            Mode::Strand { hidden } => {
                if let Some(mut strand) = thread::uninstall(hidden) {
                    if strand.role == Role::Root {
                        strand.end(0, now);
                    }
                    finish(strand);
                }
            }
            Mode::Abroad {
                hidden,
                seed,
                number,
            } => {
                if let Some(branch) = thread::uninstall(hidden) {
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

    #[inline]
    fn suspend(&mut self) {
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => {}
            Mode::Child { seed, previous, .. } => {
                on_active(seed, |strand| {
                    strand.current = previous;
                    share(strand);
                });
            }
            Mode::Strand { hidden } => {
                self.span.0 = match thread::uninstall(hidden) {
                    Some(mut strand) if strand.role != Role::Scope => {
                        let part = share(&mut strand).clone();
                        part.park(strand);
                        State::Parked(part)
                    }
                    Some(scope) => State::Strand(scope),
                    None => State::Off,
                };
            }
            Mode::Abroad { hidden, .. } => {
                if let Some(branch) = thread::uninstall(hidden) {
                    finish(branch);
                }
            }
        }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.mode, Mode::Nothing) {
            return;
        }
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
            self.finish(clock::now());
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
