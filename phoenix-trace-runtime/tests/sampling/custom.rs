use std::convert::Infallible;

use axum::http::{HeaderValue, Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::{
    Link, Span as _, SpanContext, SpanId, SpanKind as OtelKind, TraceFlags, TraceId, TraceState,
    Tracer as _,
};
use opentelemetry_sdk::trace::{
    Sampler as SdkSampler, SamplingDecision, SamplingResult, ShouldSample,
};
use phoenix_trace_runtime::private::{Beginning, Site, enter_as};
use phoenix_trace_runtime::sampling::{
    AlwaysOff, AlwaysOn, Annotating, FromSdk, Intent, LocalRoot, ParentThreshold, Probability,
    RuleBased, Sample, Sampler,
};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, Edge, HttpServerLayer, SpanKind};
use tower::{Layer as _, Service as _};

use super::{Asked, failing, kept, rules, serve, state};
use crate::interop::tracer;
use crate::support::enter;

#[derive(Debug)]
struct ByTenant;

impl Sample for ByTenant {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        assert_eq!((root.service(), root.kind()), ("shop", SpanKind::Server));
        let tenant = root.attribute("http.request.header.x-tenant");
        match tenant.map(|tenant| tenant.as_str().into_owned()) {
            Some(tenant) if tenant.contains("acme") => Intent::always(),
            _ => Intent::never(),
        }
    }
}

#[tokio::test]
async fn a_sampler_of_the_programs_sees_what_a_root_starts_with() {
    let capture = Capture::with_config(
        Config::default()
            .service("shop")
            .sampler(Sampler::custom(ByTenant)),
    );
    let guard = capture.enter();
    for tenant in ["acme", "umbrella"] {
        let asked = Asked {
            route: Some("/pay"),
            headers: &[("x-tenant", tenant.to_owned())],
            ..Asked::default()
        };
        serve([asked]).await;
    }
    drop(guard);
    assert_eq!(kept(&capture), ["GET /pay"]);
    assert!(rules(&capture).starts_with("code: everything: ByTenant, errors always (2)\n"));
}

#[derive(Debug)]
struct Broken;

impl Sample for Broken {
    fn intent(&self, _: &LocalRoot<'_>) -> Intent {
        panic!("the sampler is broken")
    }
}

#[test]
fn a_sampler_that_panics_keeps_and_nobody_is_harmed() {
    let capture = Capture::with_sampler(Sampler::custom(Broken));
    capture.run(|| drop(enter("root")));
    assert_eq!(kept(&capture), ["root"]);
    assert_eq!(state(&capture.exported()[0]), "");
}

#[derive(Debug)]
struct Records;

impl Sample for Records {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        if root.name() == "outer" {
            drop(enter("inner"));
        }
        Intent::always()
    }
}

#[test]
fn a_sampler_may_record() {
    let capture = Capture::with_sampler(Sampler::custom(Records));
    capture.run(|| drop(enter("outer")));
    let mut kept = kept(&capture);
    kept.sort_unstable();
    assert_eq!(kept, ["inner", "outer"]);
}

#[test]
fn composable_samplers_are_put_together() {
    let rules = RuleBased::new()
        .when(|root| root.name() == "health", AlwaysOff)
        .when(
            |root| root.name() == "pay",
            Annotating::new(
                AlwaysOn,
                [KeyValue::new("sampler.rule", "pay"), KeyValue::new("n", 7)],
            ),
        )
        .otherwise(Probability(0.0));
    let capture = Capture::with_sampler(Sampler::custom(ParentThreshold(rules)));
    capture.run(|| {
        ["health", "pay", "browse"]
            .into_iter()
            .for_each(|name| drop(enter(name)));
        failing("health", "Broken");
    });
    let spans = capture.exported();
    assert_eq!(
        kept(&capture),
        ["pay", "health"],
        "failures are kept as ever"
    );
    let spans: Vec<_> = spans.iter().filter(|span| span.name == "pay").collect();
    let pay = &spans[0].attributes;
    assert!(
        pay.contains(&KeyValue::new("sampler.rule", "pay")),
        "{pay:?}"
    );
    assert!(pay.contains(&KeyValue::new("n", 7)), "{pay:?}");
    assert_eq!(state(spans[0]), "ot=th:0");
}

#[tokio::test]
async fn the_threshold_of_the_parent_is_the_threshold() {
    let capture = Capture::with_sampler(Sampler::custom(ParentThreshold(AlwaysOff)));
    let guard = capture.enter();
    for (low, flags, told) in [
        ("ffffffffffffff", "03", "ot=th:c"),
        ("00000000000001", "03", "vendor=1"),
        // Of one that cannot be what was sampled with, it is the sampled flag that counts.
        ("00000000000001", "03", "ot=th:c,other=1"),
        ("ffffffffffffff", "02", "ot=th:c,other=2"),
    ] {
        let parent = format!("00-0123456789abcdef01{low}-00f067aa0ba902b7-{flags}");
        let headers = [("traceparent", parent), ("tracestate", told.to_owned())];
        let asked = Asked {
            headers: &headers,
            ..Asked::default()
        };
        serve([asked]).await;
    }
    drop(guard);
    let mut states: Vec<String> = capture.exported().iter().map(state).collect();
    states.sort_unstable();
    assert_eq!(states, ["ot=th:c", "other=1", "vendor=1"]);
}

#[derive(Clone, Debug)]
struct Looks;

impl ShouldSample for Looks {
    fn should_sample(
        &self,
        parent_context: Option<&opentelemetry::Context>,
        _: opentelemetry::TraceId,
        name: &str,
        kind: &OtelKind,
        attributes: &[KeyValue],
        _: &[opentelemetry::trace::Link],
    ) -> SamplingResult {
        use opentelemetry::trace::TraceContextExt as _;
        let is_remote =
            parent_context.is_some_and(|parent| parent.span().span_context().is_remote());
        let is_get = attributes.contains(&KeyValue::new("http.request.method", "GET"));
        let sees_all = name == "GET /pay" && *kind == OtelKind::Server && is_get && is_remote;
        SamplingResult {
            decision: match sees_all {
                true => SamplingDecision::RecordAndSample,
                false => SamplingDecision::Drop,
            },
            attributes: vec![KeyValue::new("sampler", "looks")],
            trace_state: opentelemetry::trace::TraceState::NONE,
        }
    }
}

#[tokio::test]
async fn samplers_of_the_sdk_decide_through_an_adapter() {
    let capture = Capture::with_sampler(Sampler::custom(FromSdk::new(Looks)));
    let guard = capture.enter();
    let headers = [(
        "traceparent",
        "00-0123456789abcdef0123456789abcdef-00f067aa0ba902b7-00".to_owned(),
    )];
    for route in ["/pay", "/browse"] {
        let asked = Asked {
            route: Some(route),
            headers: &headers,
            ..Asked::default()
        };
        serve([asked]).await;
    }
    drop(guard);
    assert_eq!(kept(&capture), ["GET /pay"]);
    let spans = capture.exported();
    let attribute = KeyValue::new("sampler", "looks");
    assert!(spans[0].attributes.contains(&attribute));
    assert_eq!(state(&spans[0]), "");
    let off = Capture::with_sampler(Sampler::custom(FromSdk::new(SdkSampler::AlwaysOff)));
    off.run(|| failing("root", "Broken"));
    assert_eq!(kept(&off), ["root"], "failures are kept as ever");
}

/// Keeps what is linked to a span of this trace.
#[derive(Debug)]
struct LinkedTo(TraceId);

impl Sample for LinkedTo {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        match root.links().any(|link| link.trace_id() == self.0) {
            true => Intent::always(),
            false => Intent::never(),
        }
    }
}

#[tokio::test]
async fn a_sampler_sees_every_link_that_a_root_starts_with() {
    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let trace = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").expect("an id");
    let to = |trace| {
        let (span, flags) = (SpanId::from(7), TraceFlags::default());
        SpanContext::new(trace, span, flags, true, TraceState::NONE)
    };
    let capture = Capture::with_sampler(Sampler::custom(LinkedTo(trace)));
    let guard = capture.enter();
    static SITE: Site = Site::new("annotated", SpanKind::Internal, "");
    let other = TraceId::from(7_u128);
    for links in [vec![to(other)], vec![to(other), to(trace)], vec![]] {
        drop(enter_as(&SITE, &[], Beginning::linked(&links)));
    }
    let tracer = tracer();
    for linked in [trace, other] {
        let builder = tracer.span_builder("built");
        let mut span = builder
            .with_links(vec![Link::new(to(linked), Vec::new(), 0)])
            .start(&tracer);
        span.end();
    }
    let edge = HttpServerLayer::new().edge(Edge::new());
    let mut server = edge.layer(tower::service_fn(async |_: Request<String>| {
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    for parent in [PARENT, "none"] {
        let mut request = Request::new(String::new());
        let parent = HeaderValue::from_static(parent);
        request.headers_mut().insert("traceparent", parent);
        let Ok(response) = server.call(request).await;
        drop(response);
    }
    drop(guard);
    assert_eq!(kept(&capture), ["annotated", "built", "GET"]);
}
