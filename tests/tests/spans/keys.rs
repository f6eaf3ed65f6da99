//! Keys in every form, in `attributes(..)`, `record!` and `event!`: literals and constants of the registry, declared keys,
//! those of another crate, closed sets of values, bounded and sensitive ones.

use phoenix_trace::testing::Capture;
use phoenix_trace::{Config, Sensitive, attribute_keys, event, keys, record, traced_operation};
use phoenix_trace_tests_shared_keys::keys as fleet;

use super::attributes;

attribute_keys! {
    mod own {
        NOTE: "test.note" => string, max_length = 5,
        SECRETS: "test.secrets" => string[], sensitive, max_length = 3,
        pub(super) MODE: "test.mode" => enum Mode { Fast, VerySlow },
        COUNT: "test.count" => int, sensitive,
    }
}

/// A key is a value like any other.
fn record_tenant(tenant: &str) {
    const TENANT: phoenix_trace::key::Key<phoenix_trace::key::types::Str> = fleet::TENANT;
    record!(TENANT = tenant);
}

#[traced_operation(
    name = "by path",
    attributes(
        keys::HTTP_REQUEST_METHOD = "GET",
        keys::HTTP_RESPONSE_STATUS_CODE = status,
        phoenix_trace::keys::URL_PATH = %path,
        keys::HTTP_RESPONSE_BODY_SIZE = None::<u64>,
        fleet::PLACEMENT = fleet::Placement::OutOfRoom,
    )
)]
fn by_path(status: u16, path: &str) {
    record!(
        keys::GEN_AI_REQUEST_TEMPERATURE = 0.5,
        fleet::USER_EMAIL = "ada@example.org"
    );
    record_tenant("acme");
    event!(
        "seen",
        keys::SERVER_PORT = 80,
        own::MODE = Some(own::Mode::VerySlow)
    );
}

#[test]
fn keys_by_path_are_those_of_the_registry_and_of_other_crates() {
    let capture = Capture::new();
    capture.run(|| by_path(200, "/tasks"));
    assert_eq!(
        attributes(&capture, "by path"),
        "fleet.placement=no room fleet.tenant=acme gen_ai.request.temperature=0.5 http.request.method=GET \
         http.response.status_code=200 url.path=/tasks"
    );
    let events = capture.exported()[0].events.events.clone();
    let attributes: Vec<String> = events[0]
        .attributes
        .iter()
        .map(|pair| format!("{}={}", pair.key, pair.value))
        .collect();
    assert_eq!(attributes, ["server.port=80", "test.mode=very_slow"]);
}

#[traced_operation(attributes(own::NOTE = "a long note", own::SECRETS = ["one", "three"]))]
fn bounded() {
    record!(own::COUNT = 3, own::MODE = own::Mode::Fast);
}

#[test]
fn declared_properties_hold_where_the_keys_are_used() {
    for (sensitive, expected) in [
        (Sensitive::drop(), "test.mode=fast test.note=a lon"),
        (
            Sensitive::show(),
            "test.count=3 test.mode=fast test.note=a lon test.secrets=[\"one\",\"thr\"]",
        ),
    ] {
        let capture = Capture::with_config(Config::default().sensitive(sensitive));
        capture.run(bounded);
        assert_eq!(attributes(&capture, "bounded"), expected);
    }
}

#[test]
fn a_closed_set_of_values_is_an_enum() {
    assert_eq!(fleet::Placement::Queued.as_str(), "queued");
    assert_eq!(fleet::Placement::OutOfRoom.as_str(), "no room");
    assert_ne!(own::Mode::Fast, own::Mode::VerySlow);
}
