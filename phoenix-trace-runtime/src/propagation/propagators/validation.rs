//! The cases of the W3C validation service (`test/` of github.com/w3c/trace-context) that depend on parsing, by the
//! behaviour each of them asks for.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::carrier::{TRACEPARENT, TRACESTATE};
use super::tests::{PARENT, default, headers};
use super::*;

/// What the next process gets when the context that came in is sent on unchanged.
fn check(fields: &[(&'static str, &str)], parent: Option<&str>, state: &str) {
    let remote = default().extract(&headers(fields));
    assert_eq!(
        remote.parent.map(|p| p.to_string()).as_deref(),
        parent,
        "{fields:?}"
    );
    assert_eq!(remote.state.as_str(), state, "{fields:?}");

    let mut out = HeaderMap::new();
    let outgoing = Outgoing {
        parent: remote.parent.map(|parent| (parent, &remote.state)),
        ..Outgoing::default()
    };
    default().inject(&mut out, &outgoing);
    let text = |name: &HeaderName| out.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(text(&TRACEPARENT), parent);
    assert_eq!(text(&TRACESTATE).unwrap_or_default(), state);
}

#[test]
fn traceparent_alone() {
    let parent = |value: &str| {
        let zero_flags = |p: TraceParent| p.to_string();
        default()
            .extract(&headers(&[("traceparent", value)]))
            .parent
            .map(zero_flags)
    };
    let continued = |flags: &str| Some(format!("{}{flags}", &PARENT[..53]));
    let rows: &[(&str, &str, Option<String>)] = &[
        (
            "included",
            "00-12345678901234567890123456789012-1234567890123456-01",
            continued("01"),
        ),
        (
            "random flag",
            "00-12345678901234567890123456789012-1234567890123456-02",
            continued("02"),
        ),
        (
            "00, trailing character",
            "00-12345678901234567890123456789012-1234567890123456-01.",
            None,
        ),
        (
            "00, trailing field",
            "00-12345678901234567890123456789012-1234567890123456-01-what",
            None,
        ),
        (
            "cc",
            "cc-12345678901234567890123456789012-1234567890123456-01",
            continued("01"),
        ),
        (
            "cc, trailing field",
            "cc-12345678901234567890123456789012-1234567890123456-01-what",
            continued("01"),
        ),
        (
            "cc, trailing character",
            "cc-12345678901234567890123456789012-1234567890123456-01.what",
            None,
        ),
        (
            "ff",
            "ff-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "version, character 0",
            ".0-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "version, character 1",
            "0.-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "version of 3",
            "000-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "version of 4",
            "0000-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "version of 1",
            "0-12345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "trace id of zeros",
            "00-00000000000000000000000000000000-1234567890123456-01",
            None,
        ),
        (
            "trace id, first character",
            "00-.2345678901234567890123456789012-1234567890123456-01",
            None,
        ),
        (
            "trace id, last character",
            "00-1234567890123456789012345678901.-1234567890123456-01",
            None,
        ),
        (
            "trace id too long",
            "00-123456789012345678901234567890123-1234567890123456-01",
            None,
        ),
        (
            "trace id too short",
            "00-1234567890123456789012345678901-1234567890123456-01",
            None,
        ),
        (
            "parent id of zeros",
            "00-12345678901234567890123456789012-0000000000000000-01",
            None,
        ),
        (
            "parent id, first character",
            "00-12345678901234567890123456789012-.234567890123456-01",
            None,
        ),
        (
            "parent id, last character",
            "00-12345678901234567890123456789012-123456789012345.-01",
            None,
        ),
        (
            "parent id too long",
            "00-12345678901234567890123456789012-12345678901234567-01",
            None,
        ),
        (
            "parent id too short",
            "00-12345678901234567890123456789012-123456789012345-01",
            None,
        ),
        (
            "flags, character 0",
            "00-12345678901234567890123456789012-1234567890123456-.0",
            None,
        ),
        (
            "flags, character 1",
            "00-12345678901234567890123456789012-1234567890123456-0.",
            None,
        ),
        (
            "flags too long",
            "00-12345678901234567890123456789012-1234567890123456-001",
            None,
        ),
        (
            "flags too short",
            "00-12345678901234567890123456789012-1234567890123456-1",
            None,
        ),
        (
            "space before",
            " 00-12345678901234567890123456789012-1234567890123456-01",
            continued("01"),
        ),
        (
            "tab before",
            "\t00-12345678901234567890123456789012-1234567890123456-01",
            continued("01"),
        ),
        (
            "space after",
            "00-12345678901234567890123456789012-1234567890123456-01 ",
            continued("01"),
        ),
        (
            "tab after",
            "00-12345678901234567890123456789012-1234567890123456-01\t",
            continued("01"),
        ),
        (
            "both around",
            "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
            continued("01"),
        ),
    ];
    for (case, value, expected) in rows {
        assert_eq!(&parent(value), expected, "{case}");
    }
}

#[test]
fn field_names_and_numbers() {
    let other = "00-12345678901234567890123456789011-1234567890123456-01";
    check(&[], None, "");
    check(&[("traceparent", other), ("traceparent", PARENT)], None, "");
    check(
        &[
            ("traceparent", PARENT),
            ("traceparent", PARENT),
            ("tracestate", "foo=1"),
        ],
        None,
        "",
    );
    check(&[("trace-parent", PARENT)], None, "");
    check(&[("trace.parent", PARENT)], None, "");
    check(&[("tracestate", "foo=1")], None, "");
    check(
        &[("traceparent", PARENT), ("trace-state", "foo=1")],
        Some(PARENT),
        "",
    );
    check(
        &[("traceparent", PARENT), ("trace.state", "foo=1")],
        Some(PARENT),
        "",
    );

    // Header names are case-insensitive: the map stores them in lower case.
    let mut map = HeaderMap::new();
    for name in ["TraceParent", "TrAcEsTaTe"] {
        let value = if name == "TraceParent" {
            PARENT
        } else {
            "foo=1"
        };
        map.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_static(value),
        );
    }
    assert_eq!(default().extract(&map).state.as_str(), "foo=1");
}

#[test]
fn tracestate_beside_a_valid_traceparent() {
    let check = |fields: &[&str], state: &str| {
        let fields: Vec<_> = [("traceparent", PARENT)]
            .into_iter()
            .chain(fields.iter().map(|field| ("tracestate", *field)))
            .collect();
        check(&fields, Some(PARENT), state);
    };
    let members = |range: std::ops::RangeInclusive<u32>| {
        range
            .map(|i| format!("bar{i:02}={i:02}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let characters: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    let all = format!("abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/={characters}");
    let key = |left: usize, right: usize| format!("{}@{}=1", "t".repeat(left), "v".repeat(right));

    check(&["foo=1,bar=2"], "foo=1,bar=2");
    check(&[""], "");
    check(&["foo=1", ""], "foo=1");
    check(&["", "foo=1"], "foo=1");
    check(
        &["foo=1,bar=2", "rojo=1,congo=2", "baz=3"],
        "foo=1,bar=2,rojo=1,congo=2,baz=3",
    );
    check(&["foo=1,foo=1"], "foo=1");
    check(&["foo=1,foo=2"], "foo=1");
    check(&["foo=1", "foo=1"], "foo=1");
    check(&["foo=1", "foo=2"], "foo=1");
    check(&[&all], &all);
    check(&["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3");
    check(&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], "foo=1,bar=2,baz=3");
    check(&["\t foo=1 \t"], "foo=1");
    check(&["foo =1"], "");
    check(&["FOO=1"], "");
    check(&["foo.bar=1"], "");
    check(&["foo@=1,bar=2"], "foo@=1,bar=2");
    check(&["@foo=1,bar=2"], "");
    check(&["foo@@bar=1,bar=2"], "foo@@bar=1,bar=2");
    check(&["foo@bar@baz=1,bar=2"], "foo@bar@baz=1,bar=2");
    check(
        &[
            &members(1..=10),
            &members(11..=20),
            &members(21..=30),
            &members(31..=32),
        ],
        &members(1..=32),
    );
    check(
        &[
            &members(1..=10),
            &members(11..=20),
            &members(21..=30),
            &members(31..=33),
        ],
        "",
    );
    check(
        &["foo=1", &format!("{}=1", "z".repeat(256))],
        &format!("foo=1,{}=1", "z".repeat(256)),
    );
    check(&["foo=1", &format!("{}=1", "z".repeat(257))], "");
    check(
        &["foo=1", &key(241, 14)],
        &format!("foo=1,{}", key(241, 14)),
    );
    check(&["foo=1", &key(242, 1)], &format!("foo=1,{}", key(242, 1)));
    check(&["foo=1", &key(1, 15)], &format!("foo=1,{}", key(1, 15)));
    check(&["foo=bar=baz"], "");
    check(&["foo=,bar=3"], "");
}
