//! Forced tracing: who may have the trace of a request kept, and how often.

use std::fmt;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

use crate::propagation::b3;
use crate::sampling::RateLimit;

/// Who may have the trace of a request kept at a public [`Edge`](crate::Edge), and how often.
///
/// A request asks for it by one of the customary fields: `x-envoy-force-trace`, `x-b3-flags: 1`, a `b3` whose sampling state
/// is `d`, or, where it brings no trace context, `jaeger-debug-id`. It may when the field `x-phoenix-trace-credential` holds
/// the credential, which is compared in constant time and goes no further. Its trace is kept then by every service that it
/// passes, unless that one's sampler is `always_off`, and says so: `phoenix.sampling.reason` is `forced`. All others are
/// served as if they had not asked.
///
/// ```text
/// curl -H 'x-envoy-force-trace: 1' -H "x-phoenix-trace-credential: $CREDENTIAL" https://shop.example/cart
/// ```
///
/// By default 60 requests a minute may. That is a bound for each layer and process, and for whoever has got hold of the
/// credential.
pub struct ForcedTracing {
    /// Keyed with the credential, and what it makes of it.
    keyed: Option<(Hmac<Sha256>, Vec<u8>)>,
    field: HeaderName,
    limit: RateLimit,
}

/// Neither the credential nor what could be compared with it.
impl fmt::Debug for ForcedTracing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForcedTracing")
            .field("field", &self.field)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

const CREDENTIAL: HeaderName = HeaderName::from_static("x-phoenix-trace-credential");
pub(super) const ENVOY: HeaderName = HeaderName::from_static("x-envoy-force-trace");
pub(super) const JAEGER: HeaderName = HeaderName::from_static("jaeger-debug-id");

impl ForcedTracing {
    /// For those who know `credential`. It belongs into a secret store; nothing shows it. With an empty one nobody may.
    #[must_use]
    pub fn new(credential: &[u8]) -> Self {
        let keyed = Hmac::new_from_slice(credential).ok();
        let keyed = keyed.filter(|_| !credential.is_empty());
        let tag = |keyed: &Hmac<Sha256>| {
            let mut keyed = keyed.clone();
            keyed.update(credential);
            keyed.finalize().into_bytes().to_vec()
        };
        Self {
            keyed: keyed.map(|keyed| {
                let tag = tag(&keyed);
                (keyed, tag)
            }),
            field: CREDENTIAL,
            limit: RateLimit::new(60, Duration::from_secs(60)),
        }
    }

    /// The credential is in another header field.
    #[must_use]
    pub fn credential_field(mut self, field: HeaderName) -> Self {
        self.field = field;
        self
    }

    /// So many requests at most at once, and as many again in each `period`.
    #[must_use]
    pub fn at_most(mut self, requests: u32, period: Duration) -> Self {
        self.limit = RateLimit::new(requests, period);
        self
    }

    pub(super) fn field(&self) -> &HeaderName {
        &self.field
    }

    /// Is the trace of a request to be kept? `has_parent`: it brings a trace context.
    pub(super) fn is_due(&self, headers: &HeaderMap, has_parent: bool, now: Instant) -> bool {
        headers
            .get(&self.field)
            .is_some_and(|given| is_asked(headers, has_parent) && self.is_credential(given))
            && self.limit.admits(now)
    }

    /// The tags are compared, not the texts: so the time it takes tells neither where these differ nor how long they are.
    fn is_credential(&self, given: &HeaderValue) -> bool {
        self.keyed.as_ref().is_some_and(|(keyed, tag)| {
            let mut keyed = keyed.clone();
            keyed.update(given.as_bytes());
            keyed.verify_slice(tag).is_ok()
        })
    }
}

fn is_asked(headers: &HeaderMap, has_parent: bool) -> bool {
    let has = |field: &HeaderName, test: fn(&[u8]) -> bool| {
        headers
            .get(field)
            .is_some_and(|value: &HeaderValue| test(value.as_bytes()))
    };
    has(&ENVOY, |_| true)
        || has(&b3::FLAGS, |flags| flags == b"1")
        || has(&b3::SINGLE, b3::asks_to_debug)
        || !has_parent && has(&JAEGER, |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn the_customary_fields_ask_for_it() {
        for (name, value, expected) in [
            ("x-envoy-force-trace", "1", true),
            ("x-b3-flags", "1", true),
            ("x-b3-flags", "0", false),
            ("b3", "d", true),
            ("b3", "1", false),
            (
                "b3",
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d",
                true,
            ),
            (
                "b3",
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d-05e3ac9a4f6e3b90",
                true,
            ),
            (
                "b3",
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-d",
                false,
            ),
            (
                "b3",
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                false,
            ),
            ("b3", "a-b-d", false),
            (
                "b3",
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d-",
                false,
            ),
            ("jaeger-debug-id", "it is slow", true),
            ("traceparent", "d", false),
        ] {
            let headers = headers(&[(name, value)]);
            assert_eq!(is_asked(&headers, false), expected, "{name}: {value}");
        }
        let jaeger = headers(&[("jaeger-debug-id", "it is slow")]);
        assert!(!is_asked(&jaeger, true), "it has a trace context");
    }

    #[test]
    fn only_the_credential_is_one() {
        let forced = ForcedTracing::new(b"open sesame");
        let is_credential = |given| forced.is_credential(&HeaderValue::from_static(given));
        assert!(is_credential("open sesame"));
        for given in ["", "open", "open sesame ", "Open sesame", "open sesamf"] {
            assert!(!is_credential(given), "{given:?}");
        }
        let nobody = ForcedTracing::new(b"");
        assert!(!nobody.is_credential(&HeaderValue::from_static("")));
        assert!(!format!("{forced:?}").contains("sesame"));
    }
}
