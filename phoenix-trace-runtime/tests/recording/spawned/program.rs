//! A program made at random, which notes what it does as it is to be found in what is exported.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{Span as _, SpanId, Tracer as _};
use opentelemetry::{Context, KeyValue};
use phoenix_trace_runtime::private::{self, attr};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Carried, OtelContext, SpanHandle, current_span, inject, with_correlation_id,
};
use tokio::task::JoinHandle;

use super::{NUMBER, TEXT};
use crate::interop::tracer;
use crate::support::{enter, traced};

/// A span as it is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) name: usize,
    pub(super) id: SpanId,
    pub(super) parent: SpanId,
    pub(super) number: Option<String>,
    pub(super) text: Option<String>,
    pub(super) late: bool,
    pub(super) events: usize,
    pub(super) links: usize,
    pub(super) failed: bool,
    pub(super) cancelled: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) contexts: OtelContext,
    /// May something fail?
    pub(super) fails: bool,
    /// Does shutdown come meanwhile?
    pub(super) stops: bool,
}

/// What runs where something is done.
#[derive(Clone, Debug)]
pub(super) struct Here {
    pub(super) span: SpanId,
    correlation: Option<String>,
    baggage: Option<String>,
}

impl Here {
    /// Without what the request sends beside it.
    pub(super) fn alone(self) -> Self {
        Self {
            correlation: None,
            baggage: None,
            ..self
        }
    }
}

/// Of numbers that are the same in each run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn roll(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    pub(super) fn one_in(&mut self, bound: u64) -> bool {
        self.roll(bound) == 0
    }

    pub(super) fn another(&mut self) -> Self {
        Self(self.roll(u64::MAX) | 1)
    }
}

pub(super) struct Program {
    pub(super) kind: Kind,
    spans: Mutex<Vec<Expected>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Of spans that may have ended.
    handles: Mutex<Vec<SpanHandle>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Program {
    pub(super) fn new(kind: Kind) -> Arc<Self> {
        Arc::new(Self {
            kind,
            spans: Mutex::default(),
            tasks: Mutex::default(),
            handles: Mutex::default(),
        })
    }

    pub(super) fn expected(&self) -> Vec<Expected> {
        lock(&self.spans).clone()
    }

    /// A span is about to start.
    pub(super) fn next(&self) -> (usize, &'static str) {
        let mut spans = lock(&self.spans);
        let name = spans.len();
        spans.push(Expected {
            name,
            id: SpanId::INVALID,
            parent: SpanId::INVALID,
            number: None,
            text: None,
            late: false,
            events: 0,
            links: 0,
            failed: false,
            cancelled: false,
        });
        (name, name.to_string().leak())
    }

    pub(super) fn edit(&self, name: usize, f: impl FnOnce(&mut Expected)) {
        f(&mut lock(&self.spans)[name]);
    }

    pub(super) fn add_task(&self, task: JoinHandle<()>) {
        lock(&self.tasks).push(task);
    }

    pub(super) fn take_task(&self) -> Option<JoinHandle<()>> {
        lock(&self.tasks).pop()
    }

    /// A span has started, and says something of itself.
    pub(super) fn started(&self, name: usize, here: &Here, dice: &mut Dice) -> Here {
        let id = current_span().span_id();
        let inner = Here {
            span: id,
            ..here.clone()
        };
        self.looks(&inner);
        private::record(&[attr(&NUMBER, &name)]);
        self.edit(name, |span| {
            (span.id, span.parent) = (id, here.span);
            span.number = Some(name.to_string());
        });
        if dice.one_in(3) {
            let length = if dice.one_in(8) { 3000 } else { 20 };
            let text: String = format!("{name}-").chars().cycle().take(length).collect();
            private::record(&[attr(&TEXT, &text)]);
            self.edit(name, |span| span.text = Some(text));
        }
        if dice.one_in(10) {
            private::event("seen", &[attr(&TEXT, &"of an event")]);
            self.edit(name, |span| span.events += 1);
        }
        if dice.one_in(12) {
            let linked = current_span();
            linked.add_link(&linked, &[attr(&NUMBER, &name)]);
            self.edit(name, |span| span.links += 1);
        }
        if dice.one_in(6) {
            lock(&self.handles).push(current_span());
        }
        inner
    }

    /// What is known, and goes out, of what runs here.
    pub(super) fn looks(&self, here: &Here) {
        if self.kind.stops {
            return;
        }
        assert_eq!(current_span().span_id(), here.span);
        let mut going = HashMap::<String, String>::new();
        inject(&mut going);
        let parent = &going["traceparent"];
        assert_eq!(parent[36..52], here.span.to_string());
        let correlation = here.correlation.as_deref();
        let expected = correlation.unwrap_or(&parent[3..35]);
        assert_eq!(going["x-correlation-id"], expected);
        assert_eq!(going.get("baggage"), here.baggage.as_ref());
    }

    /// A part of the program that does not wait.
    pub(super) fn run_now(self: &Arc<Self>, here: &Here, mut dice: Dice, depth: u32) {
        for _ in 0..1 + dice.roll(3) {
            match dice.roll(11) {
                0 | 1 => {
                    let (name, text) = self.next();
                    let _span = enter(text);
                    let inner = self.started(name, here, &mut dice);
                    self.deeper(&inner, &mut dice, depth);
                }
                2 | 3 if depth > 0 => self.spawn(here, &mut dice, depth),
                4 => {
                    let id = format!("id-{}", dice.roll(3));
                    let lent = id.parse().expect("it is valid");
                    let inner = Here {
                        correlation: Some(id),
                        ..here.clone()
                    };
                    with_correlation_id(Some(lent), || self.deeper(&inner, &mut dice, depth));
                }
                5 if self.kind.contexts != OtelContext::Off => {
                    let baggage = KeyValue::new("number", dice.roll(3).to_string());
                    let inner = Here {
                        baggage: Some(format!("number={}", baggage.value)),
                        ..here.clone()
                    };
                    let _guard = Context::current_with_baggage([baggage]).attach();
                    self.deeper(&inner, &mut dice, depth);
                }
                6 if self.kind.contexts != OtelContext::Off => self.start_by_api(here, &mut dice),
                7 => {
                    let handles = lock(&self.handles);
                    let handle = handles.get(dice.roll(8) as usize).cloned();
                    drop(handles);
                    if let Some(handle) = handle.filter(SpanHandle::is_recording) {
                        self.below(&handle, dice.another(), depth);
                    }
                }
                8 if depth > 0 => {
                    let (program, here, dice) = (self.clone(), here.clone(), dice.another());
                    let message = Carried::new(());
                    let handles = move || message.run(|()| program.run_now(&here, dice, depth - 1));
                    self.add_task(tokio::task::spawn_blocking(handles));
                }
                _ => {}
            }
            self.looks(here);
        }
    }

    fn deeper(self: &Arc<Self>, here: &Here, dice: &mut Dice, depth: u32) {
        self.looks(here);
        if depth > 0 {
            self.run_now(here, dice.another(), depth - 1);
            self.looks(here);
        }
    }

    fn start_by_api(&self, here: &Here, dice: &mut Dice) {
        let (name, text) = self.next();
        let span = tracer().start(text);
        let id = span.span_context().span_id();
        self.edit(name, |it| (it.id, it.parent) = (id, here.span));
        if dice.one_in(2) {
            self.add_task(tokio::spawn(async move {
                tokio::task::yield_now().await;
                drop(span);
            }));
        }
    }

    /// Records below a span which may have ended.
    fn below(self: &Arc<Self>, handle: &SpanHandle, dice: Dice, depth: u32) {
        let _place = private::stay(true, || private::below(handle));
        let here = Here {
            span: handle.span_id(),
            correlation: None,
            baggage: None,
        };
        let mut dice = dice;
        self.deeper(&here, &mut dice, depth);
    }

    pub(super) async fn run(self: Arc<Self>, seed: u64, capture: Arc<Capture>) {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (name, text) = self.next();
        let root = async move {
            let outside = Here {
                span: SpanId::INVALID,
                correlation: None,
                baggage: None,
            };
            let here = self.started(name, &outside, &mut dice);
            if self.kind.stops {
                self.add_task(stop(capture, dice.another()));
            }
            for _ in 0..4 {
                let (program, here) = (self.clone(), here.clone());
                program.work(here, dice.another(), 4).await;
            }
        };
        traced(text, root).await;
    }

    /// Waits for all tasks, which may outlive the root.
    pub(super) async fn end(&self) {
        while let Some(task) = self.take_task() {
            task.await.expect("it ends");
        }
        lock(&self.handles).clear();
    }
}

/// Shuts down, from a thread of the program's or from another one.
fn stop(capture: Arc<Capture>, mut dice: Dice) -> JoinHandle<()> {
    let after = Duration::from_micros(dice.roll(2000));
    if dice.one_in(2) {
        tokio::task::spawn_blocking(move || {
            std::thread::sleep(after);
            capture.shutdown();
        })
    } else {
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            capture.shutdown();
        })
    }
}
