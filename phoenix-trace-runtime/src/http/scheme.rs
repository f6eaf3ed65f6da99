//! The scheme that the client of a request speaks: the request and what is known of the server come in, `http` or `https` goes out.
//! It tells series of metrics apart, so there are never others.

use http::{HeaderMap, HeaderName, Uri};

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How much of a field is read, in bytes: the first proxy stands in front.
const MAX_LENGTH: usize = 256;

/// What is known of a server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scheme {
    /// Its clients speak HTTPS.
    pub(super) https: bool,
    /// Proxies in front of it are believed.
    pub(super) forwarded: bool,
}

impl Scheme {
    pub(super) fn of(self, uri: &Uri, headers: &HeaderMap) -> &'static str {
        let told = self.forwarded.then(|| forwarded(headers)).flatten();
        told.unwrap_or_else(|| {
            if self.https || uri.scheme_str() == Some("https") {
                "https"
            } else {
                "http"
            }
        })
    }
}

/// What the first proxy tells of the client.
fn forwarded(headers: &HeaderMap) -> Option<&'static str> {
    let first = |name: &HeaderName| {
        let value = headers.get(name)?.as_bytes();
        let value = value.get(..MAX_LENGTH).unwrap_or(value);
        str::from_utf8(value).ok()?.split(',').next()
    };
    let proto = || {
        first(&FORWARDED)?.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("proto")
                .then(|| value.trim().trim_matches('"'))
        })
    };
    let told = proto().or_else(|| first(&FORWARDED_PROTO))?.trim();
    ["http", "https"]
        .into_iter()
        .find(|scheme| told.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(scheme: Scheme, uri: &str, fields: &[(&'static str, &str)], expected: &str) {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        assert_eq!(
            scheme.of(&uri.parse().unwrap(), &headers),
            expected,
            "{uri} {fields:?}"
        );
    }

    #[test]
    fn a_request_tells_one_of_two() {
        for (uri, of_request) in [
            ("/a", "http"),
            ("*", "http"),
            ("http://a/", "http"),
            ("HTTPS://a/", "https"),
            ("gopher://a/", "http"),
        ] {
            let forged = [("x-forwarded-proto", "https"), ("forwarded", "proto=https")];
            check(Scheme::default(), uri, &forged, of_request);
            let https = Scheme {
                https: true,
                forwarded: false,
            };
            check(https, uri, &[("x-forwarded-proto", "http")], "https");
        }
    }

    #[test]
    fn a_proxy_tells_it_in_its_own_field() {
        let proxy = Scheme {
            https: false,
            forwarded: true,
        };
        for (field, value, expected) in [
            ("x-forwarded-proto", "https", "https"),
            ("x-forwarded-proto", " HTTPS , http", "https"),
            ("x-forwarded-proto", "http, https", "http"),
            ("x-forwarded-proto", "gopher", "http"),
            ("x-forwarded-proto", "", "http"),
            ("forwarded", "proto=https", "https"),
            (
                "forwarded",
                "for=10.0.0.1; Proto=\"https\";by=_a, proto=http",
                "https",
            ),
            ("forwarded", "for=10.0.0.1, proto=https", "http"),
            ("forwarded", "proto", "http"),
            ("forwarded", "xproto=https", "http"),
        ] {
            check(proxy, "/a", &[(field, value)], expected);
        }
        let both = [("x-forwarded-proto", "https"), ("forwarded", "proto=http")];
        check(proxy, "https://a/", &both, "http");
        check(
            proxy,
            "/a",
            &[("x-forwarded-proto", "https"), ("forwarded", "for=a")],
            "https",
        );
        let https = Scheme {
            https: true,
            ..proxy
        };
        check(https, "/a", &[], "https");
        check(https, "/a", &[("x-forwarded-proto", "http")], "http");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_harm(value in proptest::collection::vec(32_u8..=255, 0..300)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.insert(FORWARDED, value.clone());
                headers.insert(FORWARDED_PROTO, value);
            }
            let proxy = Scheme { https: false, forwarded: true };
            let scheme = proxy.of(&Uri::from_static("/"), &headers);
            prop_assert!(["http", "https"].contains(&scheme));
        }
    }
}
