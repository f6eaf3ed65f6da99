//! A destination that answers as it is told and remembers what it was sent, and a pipeline that sends to it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;

use crate::outcome::{Failure, Outcome};
use crate::pipeline::destination::{Answer, Destination, Piece, Sending};
use crate::pipeline::{Component, Exporter, Limits, Others, Pipeline, Sending as Settings, Stats};
use crate::propagation::propagators::DEFAULT;
use crate::record::carry::current_span;
use crate::record::entered::{Entered, enter};
use crate::record::scoped::Scoped;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};
use crate::sampling::{Control, Sampler};

/// For what is to happen soon: only a test that fails waits so long.
pub(super) const SOON: Duration = Duration::from_secs(20);
/// For what is never to happen by itself.
pub(super) const NEVER: Duration = Duration::from_secs(3600);

/// What a destination does with a request.
pub(super) enum Reply {
    Answer(Answer),
    Hang,
    Panic,
}

pub(super) fn taken() -> Reply {
    Reply::Answer(Answer::Taken {
        rejected: 0,
        message: String::new(),
    })
}

pub(super) fn later() -> Reply {
    let (why, after) = ("come back later".to_owned(), None);
    Reply::Answer(Answer::Later { why, after })
}

pub(super) fn refused() -> Reply {
    let why = "not like this".to_owned();
    Reply::Answer(Answer::Refused { why })
}

/// A request: the names of its spans, in their order.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) at: Instant,
    pub(super) spans: Vec<String>,
}

impl Request {
    pub(super) fn has(&self, name: &str) -> bool {
        self.spans.iter().any(|span| span == name)
    }
}

type Behaviour = dyn FnMut(&Request) -> Reply + Send;

#[derive(Clone)]
pub(super) struct Fake(Arc<Shared>);

struct Shared {
    requests: Mutex<Vec<Request>>,
    changed: Condvar,
    behaviour: Mutex<Box<Behaviour>>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    pub(super) fn new(behaviour: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        Self(Arc::new(Shared {
            requests: Mutex::default(),
            changed: Condvar::new(),
            behaviour: Mutex::new(Box::new(behaviour)),
        }))
    }

    pub(super) fn now(&self, behaviour: impl FnMut(&Request) -> Reply + Send + 'static) {
        *lock(&self.0.behaviour) = Box::new(behaviour);
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.0.requests).clone()
    }

    /// The names of all spans of all requests, each once.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let requests = self.requests().into_iter();
        requests.flat_map(|request| request.spans).collect()
    }

    /// Waits until the requests are as `done` wants them.
    pub(super) fn wait_for(&self, done: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let requests = lock(&self.0.requests);
        let waited = self
            .0
            .changed
            .wait_timeout_while(requests, SOON, |requests| !done(requests));
        let (requests, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "{requests:#?}");
        requests.clone()
    }
}

impl Destination for Fake {
    fn set_resource(&mut self, _: &Resource) {}

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        let names = batch.iter().flat_map(|piece| {
            let records = &piece.strand.records[piece.first as usize..piece.end as usize];
            records
                .iter()
                .map(|record| piece.strand.name_of(record).to_owned())
        });
        let request = Request {
            at: Instant::now(),
            spans: names.collect(),
        };
        let reply = (lock(&self.0.behaviour))(&request);
        lock(&self.0.requests).push(request);
        self.0.changed.notify_all();
        Box::pin(async move {
            match reply {
                Reply::Answer(answer) => answer,
                Reply::Hang => std::future::pending().await,
                Reply::Panic => panic!("told to panic"),
            }
        })
    }
}

/// Nothing is sent but for a flush; pauses are short.
pub(super) fn settings() -> Settings {
    Settings {
        delay: NEVER,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(5),
        ..Settings::default()
    }
}

/// A pipeline that keeps everything. Dropped, it is shut down.
pub(super) struct Rig {
    pub(super) pipeline: Arc<Pipeline>,
}

impl Rig {
    pub(super) fn new(settings: Settings, fake: &Fake) -> Self {
        Self::of([(settings, Box::new(fake.clone()) as Box<dyn Destination>)])
    }

    pub(super) fn of(
        destinations: impl IntoIterator<Item = (Settings, Box<dyn Destination>)>,
    ) -> Self {
        Self::with_limits(Limits::default(), destinations)
    }

    pub(super) fn with_limits(
        limits: Limits,
        destinations: impl IntoIterator<Item = (Settings, Box<dyn Destination>)>,
    ) -> Self {
        let exporters = destinations
            .into_iter()
            .map(|(sending, destination)| Exporter {
                name: "to a test".to_owned(),
                component: Component::new("test"),
                sending,
                make: Box::new(move || Ok(destination)),
                may_block: false,
            });
        let sampling = Arc::new(Control::of_code("test", Sampler::always_on()));
        let resource = Resource::builder_empty().build();
        let pipeline = Pipeline::start(
            limits,
            sampling,
            &DEFAULT,
            crate::interop::OtelContext::default(),
            resource,
            exporters.collect(),
            Others::default(),
        );
        Self {
            pipeline: pipeline.expect("a thread"),
        }
    }

    /// Records a segment: its root, and children below it.
    pub(super) fn record(&self, names: &[&str]) {
        self.segment(names, false);
    }

    /// The same; its root fails.
    pub(super) fn record_failure(&self, names: &[&str]) {
        self.segment(names, true);
    }

    fn segment(&self, names: &[&str], fails: bool) {
        let _scoped = Scoped::enter(self.pipeline.clone());
        let (root, children) = names.split_first().expect("a root");
        let root = named(root);
        for child in children {
            drop(named(child));
        }
        if fails {
            root.outcome(Outcome::Err(Failure::new("told to fail")));
        }
    }

    pub(super) fn flush(&self) -> bool {
        self.pipeline.flush(SOON)
    }

    /// Waits until the account is as `done` wants it.
    pub(super) fn wait_until(&self, done: impl Fn(&Stats) -> bool) {
        let start = Instant::now();
        while !done(&self.pipeline.stats()) {
            assert!(start.elapsed() < SOON, "{}", self.pipeline.stats());
            std::thread::yield_now();
        }
    }

    /// The account, which is to balance.
    pub(super) fn stats(&self) -> Stats {
        let stats = self.pipeline.stats();
        assert!(stats.balances(), "{stats}");
        stats
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.pipeline.shutdown(SOON);
    }
}

/// A span until the guard goes.
pub(super) fn named(name: &str) -> Entered {
    static SITE: Site = Site::new("span", SpanKind::Internal, "");
    let entered = enter(&SITE, &[]);
    current_span().set_name(name);
    entered
}
