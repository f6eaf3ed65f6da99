//! The decision to keep, back to the caller: `Server-Timing: trace;desc=00-{trace id}-{span id}-01` (W3C Server Timing, and the
//! metric `trace` of the drafts for trace context in responses). With gRPC it is in the trailers.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::propagation::TraceParent;
use crate::record::carry::with_active;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The metric that tells it.
const METRIC: &[u8] = b"trace";

/// What is read of a response: so many fields, each of so many bytes at most.
const MAX_FIELDS: usize = 8;
const MAX_LENGTH: usize = 1024;

/// Tells the caller that this service keeps its part of the trace whatever its head decision is, if that is known by now; at a
/// public edge nobody is told, neither of this service nor of one whose response it passes on.
pub(crate) fn announce(headers: &mut HeaderMap) {
    let at_edge = with_active(|strand| strand.context.at_edge);
    match at_edge {
        None => {}
        Some(true) => conceal(headers),
        Some(false) => {
            if let Some(root) = with_active(|strand| strand.announce()).flatten() {
                tell(headers, &root);
            }
        }
    }
}

#[cold]
fn tell(headers: &mut HeaderMap, root: &TraceParent) {
    let text = [METRIC, b";desc=", &root.to_bytes()].concat();
    if let Ok(value) = HeaderValue::from_bytes(&text) {
        drop(headers.try_append(SERVER_TIMING, value));
    }
}

/// Takes the metric out of the fields, and leaves the others of their owner's.
fn conceal(headers: &mut HeaderMap) {
    let tells = |value: &HeaderValue| metrics(value.as_bytes()).any(is_ours);
    if !headers.get_all(SERVER_TIMING).iter().any(tells) {
        return;
    }
    let fields: Vec<Vec<u8>> = headers
        .get_all(SERVER_TIMING)
        .iter()
        .map(|value| {
            let others: Vec<&[u8]> = metrics(value.as_bytes())
                .filter(|metric| !is_ours(metric))
                .collect();
            others.join(&b", "[..])
        })
        .collect();
    headers.remove(SERVER_TIMING);
    for field in fields.iter().filter(|field| !field.is_empty()) {
        if let Ok(value) = HeaderValue::from_bytes(field) {
            drop(headers.try_append(SERVER_TIMING, value));
        }
    }
}

/// A callee's answer, to the request that runs: where it keeps its part of the same trace, this one is kept too.
pub(crate) fn believe(headers: &HeaderMap) {
    let fields = headers.get_all(SERVER_TIMING).iter().take(MAX_FIELDS);
    for field in fields.filter(|field| field.len() <= MAX_LENGTH) {
        for kept in metrics(field.as_bytes()).filter_map(kept) {
            with_active(|strand| strand.callee_keeps(kept.trace_id()));
        }
    }
}

/// The span whose segment is kept by what a metric says.
fn kept(metric: &[u8]) -> Option<TraceParent> {
    if !is_ours(metric) {
        return None;
    }
    let described = outside_quotes(metric, b';').skip(1).find_map(|parameter| {
        let at = parameter.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (parameter[..at].trim_ascii(), &parameter[at + 1..]);
        name.eq_ignore_ascii_case(b"desc")
            .then_some(value.trim_ascii())
    })?;
    let quoted = described.strip_prefix(b"\"");
    let bare = quoted.and_then(|text| text.strip_suffix(b"\""));
    TraceParent::parse(bare.unwrap_or(described)).filter(TraceParent::is_sampled)
}

fn is_ours(metric: &[u8]) -> bool {
    let name = outside_quotes(metric, b';').next();
    name.is_some_and(|name| name.trim_ascii() == METRIC)
}

/// The metrics of a field, each with its parameters.
fn metrics(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    outside_quotes(field, b',').map(<[u8]>::trim_ascii)
}

/// Splits where `separator` stands outside of quoted strings (RFC 9110, section 5.6.4).
fn outside_quotes(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |byte| {
        if escaped {
            escaped = false;
            return false;
        }
        match *byte {
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            byte => return byte == separator && !quoted,
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_metric_is_found_among_others() {
        let check = |field: &str, expected: bool| {
            let field = field.replace('P', PARENT);
            let found = metrics(field.as_bytes()).find_map(kept);
            let expected = expected.then(|| TraceParent::parse(PARENT.as_bytes()).unwrap());
            assert_eq!(found, expected, "{field}");
        };
        for field in [
            "trace;desc=P",
            "trace; Desc = \"P\"",
            "db;dur=53, trace;dur=1;desc=P",
            "cache;desc=\"a, \\\"b\\\", c\",trace;desc=P,db",
        ] {
            check(field, true);
        }
        for field in [
            "",
            "trace",
            "trace;desc",
            "trace;desc=",
            "traceparent;desc=P",
            "db;desc=P",
            "db;desc=\"x, trace;desc=P\"",
            "trace;desc=\"P",
            "trace;desc=P0",
            "trace;dur=P",
        ] {
            check(field, false);
        }
        let not_kept = format!("trace;desc={}", PARENT.replace("-01", "-00"));
        assert_eq!(metrics(not_kept.as_bytes()).find_map(kept), None);
    }

    #[test]
    fn only_the_metric_is_concealed() {
        let check = |fields: &[&str], expected: &[&str]| {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(SERVER_TIMING, field.parse().unwrap());
            }
            conceal(&mut headers);
            let left: Vec<&HeaderValue> = headers.get_all(SERVER_TIMING).iter().collect();
            assert_eq!(left, expected, "{fields:?}");
        };
        check(&["db;dur=1,  cache"], &["db;dur=1,  cache"]);
        check(
            &["db;dur=1, trace;desc=x", "trace", "a;desc=\"trace,\""],
            &["db;dur=1", "a;desc=\"trace,\""],
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_harm(field in proptest::collection::vec(any::<u8>(), 0..200)) {
            metrics(&field).filter_map(kept).for_each(|parent| assert!(parent.is_sampled()));
        }

        #[test]
        fn nothing_is_believed_of_what_was_concealed(
            fields in proptest::collection::vec("(trace|db|;desc=P|\"P\"|[,;= \"\\\\]){0,12}", 0..4),
        ) {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(SERVER_TIMING, field.replace('P', PARENT).parse().unwrap());
            }
            conceal(&mut headers);
            let left = headers.get_all(SERVER_TIMING).iter();
            let believed = left.flat_map(|field| metrics(field.as_bytes()).filter_map(kept)).next();
            prop_assert_eq!(believed, None);
        }
    }
}
