//! Wall time is read once for each segment: whichever of its strands a span is on, it is placed by the same anchor.

use std::future::Future as _;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use opentelemetry_sdk::Resource;

use super::fake::{Rig, named, settings};
use crate::pipeline::destination::{Answer, Destination, Piece, Sending};
use crate::record::carry::{carry, current_span};
use crate::record::scoped::Scoped;
use crate::record::segment::lock;

/// Remembers the anchors of the strands that it is sent.
#[derive(Clone, Debug, Default)]
struct Anchors(Arc<Mutex<Vec<String>>>);

impl Destination for Anchors {
    fn set_resource(&mut self, _: &Resource) {}

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        let kept = batch.iter().filter_map(|piece| piece.strand.kept);
        lock(&self.0).extend(kept.map(|kept| format!("{:?}", kept.anchor)));
        let (rejected, message) = (0, String::new());
        Box::pin(std::future::ready(Answer::Taken { rejected, message }))
    }
}

#[test]
fn strands_of_a_segment_have_one_anchor_and_late_ones_have_it_too() {
    let anchors = Anchors::default();
    let destination = Box::new(anchors.clone()) as Box<dyn Destination>;
    let rig = Rig::of([(settings(), destination)]);
    let scoped = Scoped::enter(rig.pipeline.clone());
    let root = named("root");
    let handle = current_span();
    carry(|| drop(named("elsewhere")))();
    drop(root);
    let late = pin!(handle.carry(async { drop(named("late")) }));
    assert!(
        late.poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    );
    drop(scoped);
    assert!(rig.flush());
    let anchors = lock(&anchors.0);
    assert_eq!(anchors.len(), 3);
    assert!(
        anchors.iter().all(|anchor| *anchor == anchors[0]),
        "{anchors:?}"
    );
}
