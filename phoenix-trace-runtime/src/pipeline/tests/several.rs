//! Several exporters: each gets everything, and has a queue and an account of its own.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::fake::{Fake, Reply, Rig, later, settings, taken};
use crate::bootstrap;
use crate::config::Config;
use crate::pipeline::Sending;
use crate::pipeline::destination::Destination;
use crate::record::carry::carry;
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;

fn rig(fakes: &[&Fake]) -> Rig {
    Rig::of(fakes.iter().map(|fake| {
        let fake = Box::new((*fake).clone()) as Box<dyn Destination>;
        (settings(), fake)
    }))
}

#[test]
fn every_exporter_gets_every_kept_strand_whole() {
    let fakes = [(); 3].map(|()| Fake::new(|_| taken()));
    let rig = rig(&[&fakes[0], &fakes[1], &fakes[2]]);
    rig.record(&["root", "child"]);
    rig.record_failure(&["failure", "its child"]);
    assert!(rig.flush());
    let expected: BTreeSet<String> = ["root", "child", "failure", "its child"]
        .map(str::to_owned)
        .into();
    for fake in &fakes {
        assert_eq!(fake.names(), expected);
        assert_eq!(fake.requests()[0].spans[0], "failure", "failures first");
    }
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.also.len()), (4, 2), "{stats}");
    for also in &stats.also {
        assert_eq!((also.offered, also.acknowledged), (4, 4), "{stats}");
    }
}

#[test]
fn an_exporter_that_is_down_or_hangs_or_panics_does_not_hold_up_the_others() {
    let (down, hangs) = (Fake::new(|_| later()), Fake::new(|_| Reply::Hang));
    let panics = Fake::new(|_| Reply::Panic);
    let works = Fake::new(|_| taken());
    let delay = Duration::from_millis(1);
    let rig = Rig::of([&down, &hangs, &panics, &works].map(|fake| {
        let sending = Sending {
            delay,
            ..settings()
        };
        (sending, Box::new(fake.clone()) as Box<dyn Destination>)
    }));
    for number in 1..=20 {
        rig.record(&["root"]);
        works.wait_for(|requests| requests.iter().map(|r| r.spans.len()).sum::<usize>() == number);
    }
    hangs.wait_for(|requests| requests.len() == 1);
    assert!(!rig.pipeline.shutdown(Duration::from_millis(300)));
    let stats = rig.stats();
    assert_eq!((stats.queued, stats.acknowledged), (0, 0), "{stats}");
    let [hangs, panics, works] = &stats.also[..] else {
        panic!("{stats}")
    };
    assert!(hangs.in_doubt > 0 && hangs.queued == 0, "{stats}");
    assert!(panics.in_doubt > 0 && panics.queued == 0, "{stats}");
    assert_eq!(works.acknowledged, 20, "{stats}");
}

#[test]
fn a_flush_is_done_when_it_is_done_everywhere() {
    let (works, down) = (Fake::new(|_| taken()), Fake::new(|_| later()));
    let rig = rig(&[&works, &down]);
    rig.record(&["root"]);
    assert!(!rig.pipeline.flush(Duration::from_millis(30)));
    let stats = rig.stats();
    assert_eq!(
        (stats.acknowledged, stats.also[0].queued),
        (1, 1),
        "{stats}"
    );
    down.now(|_| taken());
    assert!(rig.flush());
    assert_eq!(rig.stats().also[0].acknowledged, 1);
}

/// An exporter of the SDK that keeps what it gets.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Memory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        lock(&self.0).extend(batch);
        Ok(())
    }
}

#[test]
fn exporters_are_added_in_code_and_get_the_same_spans() {
    let exporters = [(); 3].map(|()| Memory::default());
    let config = Config::default()
        .sampler(Sampler::always_on())
        .exporter(exporters[0].clone())
        .also_exporter(exporters[1].clone())
        .also_exporter(exporters[2].clone());
    let pipeline = crate::bootstrap::start(config).expect("a thread");
    let rig = Rig { pipeline };
    rig.record_failure(&["root", "child"]);
    assert!(rig.flush());
    let first = lock(&exporters[0].0).clone();
    assert_eq!(first.len(), 2);
    assert_eq!(*lock(&exporters[1].0), first);
    assert_eq!(*lock(&exporters[2].0), first);
}

#[test]
fn spans_of_tasks_have_the_same_ids_at_each_exporter() {
    static SITE: Site = Site::new("span", SpanKind::Internal, "");
    let exporters = [(); 2].map(|()| Memory::default());
    let config = Config::default()
        .sampler(Sampler::always_on())
        .exporter(exporters[0].clone())
        .also_exporter(exporters[1].clone());
    let pipeline = crate::bootstrap::start(config).expect("a thread");
    let scoped = Scoped::enter(pipeline.clone());
    {
        let _root = enter(&SITE, &[]);
        for _ in 0..3 {
            carry(|| drop(enter(&SITE, &[])))();
        }
    }
    drop(scoped);
    assert!(pipeline.flush(Duration::from_secs(20)));
    let first = lock(&exporters[0].0).clone();
    let ids: BTreeSet<_> = (first.iter())
        .map(|span| span.span_context.span_id().to_bytes())
        .collect();
    assert_eq!((first.len(), ids.len()), (4, 4));
    assert_eq!(*lock(&exporters[1].0), first);
    assert!(pipeline.shutdown(Duration::from_secs(20)));
}

#[derive(Debug)]
struct Blocks(Mutex<Receiver<()>>);

impl SpanExporter for Blocks {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let _ = lock(&self.0).recv();
        Ok(())
    }
}

#[derive(Debug)]
struct Tells(Sender<usize>);

impl SpanExporter for Tells {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.send(batch.len());
        Ok(())
    }
}

#[test]
fn an_exporter_that_blocks_its_thread_holds_up_neither_the_others_nor_decisions() {
    static SITE: Site = Site::new("span", SpanKind::Internal, "");
    const SOON: Duration = Duration::from_secs(20);
    let ((unblock, blocked), (tell, told)) = (channel(), channel());
    let config = Config::default()
        .sampler(Sampler::always_on())
        .grace_period(Duration::from_millis(1))
        .export_delay(Duration::from_millis(1))
        .exporter(Blocks(blocked.into()))
        .also_exporter(Tells(tell));
    let pipeline = bootstrap::start(config).expect("it starts");
    let _scoped = Scoped::enter(pipeline.clone());
    for _ in 0..2 {
        drop(enter(&SITE, &[]));
        assert_eq!(told.recv_timeout(SOON), Ok(1));
    }
    // A segment that is decided since its grace period is over.
    let root = enter(&SITE, &[]);
    let outlives = carry(|| ());
    drop(root);
    assert_eq!(told.recv_timeout(SOON), Ok(1));
    drop(outlives);
    assert!(
        !pipeline.shutdown(Duration::from_millis(50)),
        "it is blocked"
    );
    drop(unblock);
    let stats = pipeline.stats();
    assert_eq!(stats.also[0].acknowledged, 3, "{stats}");
    assert!(stats.balances() && stats.in_doubt > 0, "{stats}");
}
