//! Pipelines as they are started and ended.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::*;
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;

#[derive(Debug)]
struct Blocks(Mutex<Receiver<()>>);

impl SpanExporter for Blocks {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.lock().map(|blocked| blocked.recv());
        Ok(())
    }
}

#[test]
fn an_exporter_that_blocks_its_thread_leaves_an_account_that_balances() {
    static SITE: Site = Site::new("root", SpanKind::Internal, "");
    let (unblock, blocked) = channel();
    let config = Config::default()
        .sampler(Sampler::always_on())
        .exporter(Blocks(blocked.into()));
    let pipeline = start(config).expect("it starts");
    let scoped = Scoped::enter(pipeline.clone());
    (0..1_000).for_each(|_| drop(enter(&SITE, &[])));
    drop(scoped);
    assert!(
        !pipeline.shutdown(Duration::from_millis(50)),
        "its exporter is blocked"
    );
    let account = pipeline.stats();
    drop(unblock);
    assert_eq!((account.ended, account.queued), (1_000, 0), "{account}");
    assert!(account.balances() && account.in_doubt > 0, "{account}");
}
