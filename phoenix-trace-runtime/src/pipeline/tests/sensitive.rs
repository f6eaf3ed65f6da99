//! Values of sensitive keys, and of keys with a length of their own, as each kind of exporter sees them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::bootstrap;
use crate::config::{Config, Otlp};
use crate::key::{Key, types};
use crate::record::current::{add_link, event, record};
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};
use crate::sampling::{Environment, Sampler};
use crate::sensitive::Sensitive;
use crate::testing::{Fault, OtlpReceiver};
use crate::value::Attr;
use crate::waterfall::{AttributeValue, Span};

static EMAIL: Key<types::Str> = Key::<types::Str>::new("test.email")
    .sensitive()
    .max_length(8);
static AGE: Key<types::Int> = Key::<types::Int>::new("test.age").sensitive();
static NAMES: Key<types::StrArray> = Key::<types::StrArray>::new("test.names").sensitive();
static SCORES: Key<types::DoubleArray> = Key::<types::DoubleArray>::new("test.scores").sensitive();
static NOTE: Key<types::Str> = Key::<types::Str>::new("test.note").max_length(5);
static TAGS: Key<types::StrArray> = Key::<types::StrArray>::new("test.tags").max_length(3);
static OPEN: Key<types::Str> = Key::new("test.open");

const DEADLINE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Memory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        lock(&self.0).extend(batch);
        Ok(())
    }
}

/// A span that says the same on itself, on an event and on a link.
fn say_everything() {
    static SITE: Site = Site::new("span", SpanKind::Internal, "");
    let names = ["ada", "grace"];
    let tags = ["abc", "défg"];
    let email = format_args!("{}@example.org", "ada");
    let attrs = [
        Attr::format(&EMAIL, email),
        Attr::new(&AGE, &36),
        Attr::new(&NAMES, &names),
        Attr::new(&SCORES, &[0.5]),
        Attr::new(&NOTE, "naïveté"),
        Attr::new(&TAGS, &tags),
        Attr::new(&OPEN, "open"),
    ];
    let _span = enter(&SITE, &attrs[..4]);
    record(&attrs[4..]);
    event("event", &attrs);
    let (trace, span) = (TraceId::from(1_u128), SpanId::from(2_u64));
    let other = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
    add_link(other, &attrs);
}

/// What every exporter sees of the attributes that [`say_everything`] sets, wherever it sets them.
fn check(config: Config, expected: &[(&str, &str)]) {
    let mut expected: Vec<(String, String)> = expected
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    expected.sort();
    let (receiver, memory) = (OtlpReceiver::start().expect("started"), Memory::default());
    let config = config
        .sampler(Sampler::always_on())
        .otlp(Otlp::http().endpoint(receiver.http_endpoint()))
        .also_exporter(memory.clone());
    // What is sent again is not redacted again.
    receiver.respond_times(1, Fault::Unavailable);
    let pipeline = bootstrap::start(config).expect("started");
    let scoped = Scoped::enter(pipeline.clone());
    say_everything();
    drop(scoped);
    assert!(pipeline.flush(DEADLINE) && pipeline.shutdown(DEADLINE));
    assert_eq!(receiver.requests(), 2);

    let shown = |attributes: &[(String, AttributeValue)]| {
        let own = attributes
            .iter()
            .filter(|(key, _)| key.starts_with("test."));
        // Texts in arrays are shown in quotes.
        let mut shown: Vec<(String, String)> = own
            .map(|(key, value)| (key.clone(), value.to_string().replace('"', "")))
            .collect();
        shown.sort();
        shown
    };
    let [received] = receiver.take_spans().try_into().expect("one span");
    let exported = lock(&memory.0).clone();
    let [exported] = exported.try_into().expect("one span");
    // The console shows spans of this kind.
    for span in [&received.span, &Span::from_sdk(&exported, "test")] {
        assert_eq!(shown(&span.attributes), expected, "the span");
        assert_eq!(shown(&span.events[0].attributes), expected, "its event");
    }
    assert_eq!(shown(&received.links[0].attributes), expected, "its link");
    let link = exported.links.links[0].attributes.iter();
    let link: Vec<_> = link
        .map(|pair| (pair.key.to_string(), AttributeValue::from(&pair.value)))
        .collect();
    assert_eq!(shown(&link), expected, "its link");
}

/// Texts of keys with a length of their own are cut where a character ends.
const PLAIN: [(&str, &str); 3] = [
    ("test.note", "naïv"),
    ("test.tags", "[abc, dé]"),
    ("test.open", "open"),
];

#[test]
fn sensitive_values_are_left_out() {
    check(Config::default(), &PLAIN);
    let production = Config::default().environment(Environment::Production);
    check(production.sensitive(Sensitive::show()), &PLAIN);
    check(
        Config::default().sensitive(Sensitive::hash(b"short")),
        &PLAIN,
    );
}

#[test]
fn keys_that_the_configuration_names_are_sensitive_too() {
    let named = || Config::default().sensitive_keys(["test.open", "test.tags"]);
    check(named(), &PLAIN[..1]);
    let shown = named().sensitive(Sensitive::show());
    let config = shown.environment(Environment::Production);
    check(config, &PLAIN[..1]);
}

#[test]
fn sensitive_values_are_hashed_by_hmac_sha_256() {
    // printf %s ada@example.org | openssl dgst -sha256 -hmac 'a key of 18 bytes.'
    let hashed = [
        ("test.email", "a608c2c77c206ada47942b007de9fb81"),
        ("test.age", "fbc1d3c82630436066a619c31c684f05"),
        (
            "test.names",
            "[4b44f8247ac9a372c5b3b4cffce720f6, 0e344e9487d7f99f9fd703f3e7836fe3]",
        ),
        ("test.scores", "[d69951929de92075087d9847172c1e08]"),
    ];
    let all: Vec<_> = hashed.iter().chain(&PLAIN).copied().collect();
    let sensitive = Sensitive::hash(b"a key of 18 bytes.");
    check(
        Config::default()
            .environment(Environment::Production)
            .sensitive(sensitive),
        &all,
    );
}

#[test]
fn sensitive_values_are_shown_in_development() {
    let shown = [
        ("test.email", "ada@exam"),
        ("test.age", "36"),
        ("test.names", "[ada, grace]"),
        ("test.scores", "[0.5]"),
    ];
    let all: Vec<_> = shown.iter().chain(&PLAIN).copied().collect();
    check(Config::default().sensitive(Sensitive::show()), &all);
}
