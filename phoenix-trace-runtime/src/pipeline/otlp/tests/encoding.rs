//! The bytes of a batch are those that the SDK's spans and `opentelemetry-proto` would have made of it.

use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use proptest::prelude::*;
use prost::Message as _;

use super::strands::{Set, Step, Story, resource, stories, whole};
use crate::pipeline::convert;
use crate::pipeline::destination::Piece;
use crate::pipeline::otlp::encode::Encoder;
use crate::record::strand::Strand;

fn encoded(encoder: &mut Encoder, batch: &[Piece<'_>]) -> ExportTraceServiceRequest {
    let mut out = vec![9; 3];
    let encoded = encoder.encode(batch, 5, &mut out).expect("it is small");
    assert!(encoded.start >= 5, "there is room for a frame");
    let spans: usize = batch
        .iter()
        .map(|piece| (piece.end - piece.first) as usize)
        .sum();
    assert_eq!(encoded.spans, spans);
    ExportTraceServiceRequest::decode(&out[encoded.start..]).expect("it is protobuf")
}

fn converted(resource: &Resource, batch: &[Piece<'_>]) -> ExportTraceServiceRequest {
    let mut spans = Vec::new();
    for piece in batch {
        convert::spans(piece, &mut spans);
    }
    let resource = ResourceAttributesWithSchema::from(resource);
    ExportTraceServiceRequest {
        resource_spans: group_spans_by_resource_and_scope(spans, &resource),
    }
}

fn check(encoder: &mut Encoder, resource: &Resource, batch: &[Piece<'_>]) {
    let (found, expected) = (encoded(encoder, batch), converted(resource, batch));
    let spans = |request: &ExportTraceServiceRequest| {
        request.resource_spans[0].scope_spans[0].spans.clone()
    };
    for (found, expected) in spans(&found).iter().zip(&spans(&expected)) {
        assert_eq!(found, expected);
    }
    assert_eq!(found, expected);
}

fn encoder(resource: &Resource) -> Encoder {
    let mut encoder = Encoder::new();
    encoder.set_resource(resource);
    encoder
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_strand_is_encoded_as_the_sdk_converts_it(
        stories in prop::collection::vec(stories(), 1..4),
        cut in any::<usize>(),
    ) {
        let strands: Vec<Box<Strand>> = stories.iter().map(Story::strand).collect();
        let mut batch: Vec<Piece<'_>> = strands.iter().map(|strand| whole(strand)).collect();
        prop_assume!(batch.iter().any(|piece| piece.end > 0));
        let resource = resource();
        let mut encoder = encoder(&resource);
        check(&mut encoder, &resource, &batch);
        // A strand may be sent in parts, each without the others.
        for piece in &mut batch {
            piece.first = (cut % (piece.end as usize + 1)) as u32;
            let whole = *piece;
            if whole.first > 0 {
                let part = Piece { first: 0, end: whole.first, ..whole };
                check(&mut encoder, &resource, &[part]);
            }
        }
        if batch.iter().any(|piece| piece.end > piece.first) {
            check(&mut encoder, &resource, &batch);
        }
    }
}

#[test]
fn a_span_with_more_keys_than_most_keeps_the_last_value_of_each() {
    let mut steps = vec![Step::Start { site: 0, parent: 0 }];
    for round in 0..3 {
        steps.extend((0..48).map(|key| Step::SetOnSpan(0, Set::Number(key, round))));
    }
    let strand = Story::of(steps).strand();
    let resource = resource();
    let mut encoder = encoder(&resource);
    check(&mut encoder, &resource, &[whole(&strand)]);
    let request = encoded(&mut encoder, &[whole(&strand)]);
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    let keys: std::collections::HashSet<_> = span.attributes.iter().map(|a| &a.key).collect();
    assert_eq!(keys.len(), span.attributes.len());
}

#[test]
fn values_of_every_length_have_the_right_lengths_before_them() {
    let resource = resource();
    let mut encoder = encoder(&resource);
    for length in [0, 1, 120, 127, 128, 129, 4_000, 4_096] {
        let text = "x".repeat(length);
        let strand = Story::of(vec![
            Step::Start { site: 0, parent: 0 },
            Step::Event(0),
            Step::SetOnEvent(0, Set::Text(1, text.clone())),
            Step::SetOnSpan(0, Set::Text(1, text.clone())),
            Step::Fail(0, text),
        ])
        .strand();
        check(&mut encoder, &resource, &[whole(&strand)]);
    }
}

#[test]
fn what_a_span_had_no_room_for_is_counted() {
    let link = Step::Link {
        from: 0,
        to: 1,
        flags: 1,
        remote: true,
        state: "",
    };
    let mut steps = vec![
        Step::Start { site: 0, parent: 0 },
        Step::Event(0),
        link.clone(),
    ];
    for _ in 0..140 {
        steps.extend([Step::Event(0), link.clone()]);
        steps.push(Step::SetOnEvent(0, Set::Flag(0, true)));
        steps.push(Step::SetOnLink(0, Set::Flag(0, true)));
    }
    // To the byte as much text as a segment holds, and more.
    let text = "x".repeat(4_096);
    steps.extend((0..1_100).map(|_| Step::SetOnSpan(0, Set::Text(0, text.clone()))));
    let strand = Story::of(steps).strand();
    let resource = resource();
    let mut encoder = encoder(&resource);
    check(&mut encoder, &resource, &[whole(&strand)]);
    let request = encoded(&mut encoder, &[whole(&strand)]);
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    let dropped = [
        span.dropped_attributes_count,
        span.dropped_events_count,
        span.dropped_links_count,
        span.events[0].dropped_attributes_count,
        span.links[0].dropped_attributes_count,
    ];
    assert!(dropped.iter().all(|dropped| *dropped > 0), "{dropped:?}");
}

#[test]
fn a_resource_of_any_size_and_with_a_schema_stands_before_the_spans() {
    let strand = Story::plain(2).strand();
    for size in [0, 1, 100, 20_000] {
        let attributes = [KeyValue::new("service.name", "x".repeat(size))];
        let resource = Resource::builder_empty()
            .with_schema_url(attributes, "https://opentelemetry.io/schemas/1.44.0")
            .build();
        check(&mut encoder(&resource), &resource, &[whole(&strand)]);
    }
}

#[test]
fn what_is_larger_than_otlp_allows_is_not_encoded_to_its_end() {
    let mut steps = vec![Step::Start { site: 0, parent: 0 }];
    let text = "x".repeat(4_000);
    steps.extend((0..100).map(|key| Step::SetOnSpan(0, Set::Text(key, text.clone()))));
    let strand = Story::of(steps).strand();
    let batch = vec![whole(&strand); 64 * 1024 * 1024 / 150_000];
    let mut out = Vec::new();
    assert!(encoder(&resource()).encode(&batch, 0, &mut out).is_none());
    assert!(out.len() < 65 * 1024 * 1024, "{}", out.len());
}
