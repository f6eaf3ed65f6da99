//! Values of sensitive keys in what is logged, whatever it is logged with.

use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};

use super::said::Failure;
use super::*;
use crate::Sensitive;

const KEY: &[u8] = b"a key of 18 bytes.";

fn log_secrets() {
    let _request = tracing::info_span!("request", user.email = "of the span").entered();
    let error = Failure::new("for ada@example.org", "no account");
    tracing::info!(
        user.email = "ada@example.org",
        user.age = 36,
        error = &error as &(dyn std::error::Error + 'static),
        rows = 3,
        "signed up"
    );
    let logger = crate::logger_provider().logger("billing");
    let mut record = logger.create_log_record();
    record.set_body("billed".into());
    record.add_attribute("user.age", 36);
    record.add_attribute("rows", 3);
    logger.emit(record);
}

/// The fields of both records.
fn fields(config: Config) -> [Json; 2] {
    let names = ["user.email", "user.age", "error"];
    let rig = Rig::start(config.sensitive_keys(names).log_span_fields(true));
    rig.run(log_secrets);
    let text = rig.text();
    assert!(!text.contains("fields_left_out"), "{text}");
    let fields: Vec<Json> = rig.lines().iter().map(|l| l["fields"].clone()).collect();
    fields.try_into().expect("two lines")
}

#[test]
fn they_are_left_out() {
    let rows = serde_json::json!({"rows": 3});
    assert_eq!(fields(config()), [rows.clone(), rows]);
}

#[test]
fn they_are_hashed_as_on_spans() {
    let hashed = fields(config().sensitive(Sensitive::hash(KEY)));
    // printf %s ada@example.org | openssl dgst -sha256 -hmac 'a key of 18 bytes.'
    let expected = [
        serde_json::json!({
            "user.email": "a608c2c77c206ada47942b007de9fb81",
            "user.age": "fbc1d3c82630436066a619c31c684f05",
            "error": "c5d5b9898d405ccc15fa3e05b19d7d2d",
            "error.sources": ["29677f2c44110510c9c796d5fe118fb3"],
            "rows": 3,
        }),
        serde_json::json!({"user.age": "fbc1d3c82630436066a619c31c684f05", "rows": 3}),
    ];
    assert_eq!(hashed, expected);
}

#[test]
fn they_are_shown_in_development() {
    let [shown, _] = fields(config().sensitive(Sensitive::show()));
    assert_eq!(shown["user.email"], "ada@example.org");
}

/// Another key's name, or a part of one, is no reason.
#[test]
fn other_fields_stay() {
    let rig = Rig::start(config().sensitive_keys(["user"]));
    rig.run(|| tracing::info!(user.email = "ada", User = 1, users = 2, "here"));
    let expected = serde_json::json!({"user.email": "ada", "User": 1, "users": 2});
    assert_eq!(rig.line()["fields"], expected);
}
