//! Decided strands, as recording would leave them.

use opentelemetry::Array;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};
use opentelemetry_sdk::Resource;
use proptest::prelude::*;

use crate::key::{Key, types};
use crate::pipeline::Pipeline;
use crate::pipeline::destination::Piece;
use crate::propagation::{CorrelationId, Threshold, TraceState};
use crate::record::clock::{self, Anchor};
use crate::record::context::Context;
use crate::record::segment::Kept;
use crate::record::site::{Site, SpanKind};
use crate::record::stored::{EVENT, LINK, NONE, Rendered};
use crate::record::strand::{Role, Strand};
use crate::record::told::Told;
use crate::sampling::{Control, Found};
use crate::value::Attr;

/// More keys than are looked through one by one, each for every type, and one that the exporter itself writes.
macro_rules! keys {
    ($($name:literal)*) => {
        static TEXTS: &[Key<types::Str>] = &[$(Key::new($name)),*];
        static NUMBERS: &[Key<types::Int>] = &[$(Key::new($name)),*];
        static DOUBLES: &[Key<types::Double>] = &[$(Key::new($name)),*];
        static FLAGS: &[Key<types::Bool>] = &[$(Key::new($name)),*];
    };
}
keys! {
    "a" "b" "c" "d" "e" "f" "g" "h" "i" "j" "k" "l" "m" "n" "o" "p" "q" "r" "s" "t" "u" "v" "w" "x" "y" "z"
    "code.function.name" "phoenix.sampling.reason" "phoenix.correlation.id" "error.type" "" "ä"
    "k.00" "k.01" "k.02" "k.03" "k.04" "k.05" "k.06" "k.07" "k.08" "k.09" "k.10" "k.11" "k.12" "k.13" "k.14" "k.15"
}
static SECRET: Key<types::Str> = Key::<types::Str>::new("a").sensitive();

static SITES: [Site; 6] = [
    Site::new("internal", SpanKind::Internal, "crate::function"),
    Site::new("server", SpanKind::Server, ""),
    Site::new("client", SpanKind::Client, "f"),
    Site::new("producer", SpanKind::Producer, ""),
    Site::new("consumer", SpanKind::Consumer, ""),
    Site::new("", SpanKind::Internal, ""),
];

/// One thing that code does while it is traced. Numbers choose among what there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Start {
        site: usize,
        parent: usize,
    },
    End(usize),
    Rename(usize, String),
    Fail(usize, String),
    Event(usize),
    Link {
        from: usize,
        to: u64,
        flags: u8,
        remote: bool,
        state: &'static str,
    },
    SetOnSpan(usize, Set),
    SetOnEvent(usize, Set),
    SetOnLink(usize, Set),
}

#[derive(Clone, Debug)]
pub(super) enum Set {
    Text(usize, String),
    Secret(String),
    Number(usize, i64),
    Double(usize, f64),
    Flag(usize, bool),
    Array(usize, Array),
}

/// A strand, its context, and why it is kept.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) steps: Vec<Step>,
    pub(super) role: Role,
    pub(super) remote: bool,
    pub(super) parent: u64,
    pub(super) flags: u8,
    pub(super) state: &'static str,
    pub(super) threshold: Option<f64>,
    pub(super) correlation: Option<&'static str>,
    pub(super) failed: bool,
}

pub(super) fn stories() -> impl Strategy<Value = Story> {
    let context = (
        any::<bool>(),
        prop_oneof![Just(0), any::<u64>()],
        any::<u8>(),
        prop_oneof![
            Just(""),
            Just("ot=th:8;rv:6e6d1a75832a2f;x:y,congo=1"),
            Just("congo=t61rcWkgMzE,a/b@c=d"),
        ],
        prop::option::of(0.001..1.0),
    );
    let rest = (
        prop::collection::vec(steps(), 0..120),
        prop_oneof![Just(Role::Root), Just(Role::Branch)],
        prop::option::of(Just("order-4711")),
        any::<bool>(),
    );
    (context, rest).prop_map(|(context, (steps, role, correlation, failed))| {
        let (remote, parent, flags, state, threshold) = context;
        Story {
            steps,
            role,
            remote,
            parent,
            flags,
            state,
            threshold,
            correlation,
            failed,
        }
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let any = any::<usize>;
    prop_oneof![
        3 => (any(), any()).prop_map(|(site, parent)| Step::Start { site, parent }),
        2 => any().prop_map(Step::End),
        1 => (any(), ".{0,300}").prop_map(|(span, name)| Step::Rename(span, name)),
        1 => (any(), ".{0,200}").prop_map(|(span, message)| Step::Fail(span, message)),
        2 => any().prop_map(Step::Event),
        2 => links(),
        6 => (any(), sets()).prop_map(|(span, set)| Step::SetOnSpan(span, set)),
        2 => (any(), sets()).prop_map(|(event, set)| Step::SetOnEvent(event, set)),
        2 => (any(), sets()).prop_map(|(link, set)| Step::SetOnLink(link, set)),
    ]
}

fn links() -> impl Strategy<Value = Step> {
    let state = prop_oneof![Just(""), Just("vendor=x,other=y")];
    let link = (any::<usize>(), 1_u64.., any::<u8>(), any::<bool>(), state);
    link.prop_map(|(from, to, flags, remote, state)| Step::Link {
        from,
        to,
        flags,
        remote,
        state,
    })
}

fn sets() -> impl Strategy<Value = Set> {
    let key = any::<usize>;
    let items = || 0..5_usize;
    let finite = prop::num::f64::NORMAL | prop::num::f64::ZERO;
    prop_oneof![
        (key(), ".{0,200}").prop_map(|(key, text)| Set::Text(key, text)),
        ".{0,9}".prop_map(Set::Secret),
        (key(), any::<i64>()).prop_map(|(key, number)| Set::Number(key, number)),
        (key(), finite).prop_map(|(key, number)| Set::Double(key, number)),
        (key(), any::<bool>()).prop_map(|(key, flag)| Set::Flag(key, flag)),
        (key(), prop::collection::vec(any::<i64>(), items()))
            .prop_map(|(key, list)| Set::Array(key, Array::I64(list))),
        (key(), prop::collection::vec(finite, items()))
            .prop_map(|(key, list)| Set::Array(key, Array::F64(list))),
        (key(), prop::collection::vec(any::<bool>(), items()))
            .prop_map(|(key, list)| Set::Array(key, Array::Bool(list))),
        (key(), prop::collection::vec(".{0,40}", items())).prop_map(|(key, list)| Set::Array(
            key,
            Array::String(list.into_iter().map(Into::into).collect())
        )),
    ]
}

fn pick<T>(from: &[T], choice: usize) -> &T {
    &from[choice % from.len()]
}

/// One of `count` things, which are numbered from zero.
fn number(choice: usize, count: usize) -> u32 {
    choice
        .checked_rem(count)
        .map_or(NONE, |number| number as u32)
}

impl Story {
    /// Nothing special about it: a root in production that was sampled.
    pub(super) fn of(steps: Vec<Step>) -> Self {
        Self {
            steps,
            role: Role::Root,
            remote: false,
            parent: 0,
            flags: 0b11,
            state: "",
            threshold: Some(1.0),
            correlation: None,
            failed: false,
        }
    }

    /// A root with `children`, each with a text and a number.
    pub(super) fn plain(children: usize) -> Self {
        let mut steps = Vec::new();
        for span in 0..=children {
            steps.push(Step::Start { site: 0, parent: 0 });
            steps.push(Step::SetOnSpan(span, Set::Text(0, "a value".to_owned())));
            steps.push(Step::SetOnSpan(span, Set::Number(1, 4711)));
        }
        steps.extend((0..=children).rev().map(Step::End));
        Self::of(steps)
    }

    /// The strand that it leaves, decided.
    pub(super) fn strand(&self) -> Box<Strand> {
        let mut strand = Strand::new(Pipeline::idle().clone());
        strand.seed = 7;
        strand.role = self.role;
        strand.context = Context {
            trace_id: 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10,
            parent: self.parent,
            remote: self.remote,
            flags: self.flags,
            state: TraceState::parse([self.state.as_bytes()]).expect("a state"),
            threshold: self.threshold.and_then(Threshold::from_probability),
            correlation: self
                .correlation
                .map(|id| CorrelationId::parse(id.as_bytes()).expect("an id")),
            ..Context::default()
        };
        for step in &self.steps {
            step.take(&mut strand);
        }
        strand.cancel_open(clock::now());
        let mut sampled = strand.context.clone();
        sampled.set_sampled(!self.failed || self.flags & 1 != 0);
        sampled.tail = true;
        let found = Found {
            failed: self.failed,
            ..Found::default()
        };
        let kept = Control::off().reasons(&sampled, found, || None);
        let (reasons, threshold) = kept.expect("it is kept");
        strand.kept = Some(Kept {
            reasons,
            threshold,
            anchor: Anchor::now(),
        });
        strand
    }
}

impl Step {
    fn take(&self, strand: &mut Strand) {
        let now = clock::now();
        let spans = strand.records.len();
        let (events, links) = (strand.events.len(), strand.links.len());
        match self {
            Self::Start { site, parent } => {
                strand.start(pick(&SITES, *site), number(*parent, spans), now);
            }
            Self::End(span) => strand.end(number(*span, spans), now),
            Self::Rename(span, name) => strand.rename(number(*span, spans), name),
            Self::Fail(span, message) => {
                let told = Told {
                    message: message.clone(),
                    sources: vec!["a source".to_owned()],
                    exception: true,
                };
                strand.fail(number(*span, spans), "an::Error", &told, true, now);
            }
            Self::Event(span) => {
                strand.event(number(*span, spans), "an event", now);
            }
            Self::Link {
                from,
                to,
                flags,
                remote,
                state,
            } => {
                let to = SpanContext::new(
                    TraceId::from(u128::from(*to)),
                    SpanId::from(*to),
                    TraceFlags::new(*flags),
                    *remote,
                    state.parse().expect("a state"),
                );
                strand.link(number(*from, spans), &to);
            }
            Self::SetOnSpan(span, set) => set.on(strand, number(*span, spans)),
            Self::SetOnEvent(event, set) => {
                let event = number(*event, events);
                set.on(strand, event | EVENT);
            }
            Self::SetOnLink(link, set) => {
                let link = number(*link, links);
                set.on(strand, link | LINK);
            }
        }
    }
}

impl Set {
    fn on(&self, strand: &mut Strand, owner: u32) {
        let attr = match self {
            Self::Text(key, value) => Attr::new(pick(TEXTS, *key), value),
            Self::Secret(value) => Attr::new(&SECRET, value),
            Self::Number(key, value) => Attr::new(pick(NUMBERS, *key), value),
            Self::Double(key, value) => Attr::new(pick(DOUBLES, *key), value),
            Self::Flag(key, value) => Attr::new(pick(FLAGS, *key), value),
            Self::Array(key, array) => {
                let key = pick(TEXTS, *key).raw();
                strand.set_rendered(owner, key, Rendered::Array(array.clone()));
                return;
            }
        };
        strand.set_plain(owner, &[attr]);
    }
}

/// All of a strand.
pub(super) fn whole(strand: &Strand) -> Piece<'_> {
    Piece {
        strand,
        first: 0,
        end: strand.records.len() as u32,
    }
}

pub(super) fn resource() -> Resource {
    Resource::builder_empty()
        .with_attribute(opentelemetry::KeyValue::new("service.name", "test"))
        .with_attribute(opentelemetry::KeyValue::new("replicas", 3))
        .build()
}
