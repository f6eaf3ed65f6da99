//! Header fields that are recorded because somebody named them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use http::header::{
    AUTHORIZATION, COOKIE, HeaderName, HeaderValue, PROXY_AUTHORIZATION, SET_COOKIE,
};
use http::{HeaderMap, header::GetAll};

use super::url;
use crate::key::RawKey;
use crate::key::types::Str;
use crate::record::running::Running;
use crate::record::segment::lock;
use crate::value::{Attr, Elements, Value};

/// The fields to record of requests, or of responses. Shared with the responses that are still to come; `None`: nothing is
/// recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Captured(Option<Arc<Vec<Field>>>);

/// What the keys of attributes begin with.
pub(crate) const REQUEST: &str = "http.request.header.";
pub(crate) const RESPONSE: &str = "http.response.header.";

#[derive(Clone, Debug)]
struct Field {
    name: HeaderName,
    key: &'static RawKey,
}

/// Fields whose values let whoever has them in: their attributes are sensitive.
const CREDENTIALS: [&str; 8] = [
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-vault-token",
    "x-amz-security-token",
    "x-phoenix-trace-credential",
];

fn is_credential(name: &HeaderName) -> bool {
    [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE].contains(name)
        || CREDENTIALS.contains(&name.as_str())
}

impl Captured {
    /// Adds fields, [`REQUEST`]'s or [`RESPONSE`]'s; what is no name of one is left out.
    pub(crate) fn add<N: AsRef<str>>(
        &mut self,
        prefix: &'static str,
        names: impl IntoIterator<Item = N>,
    ) {
        let fields = Arc::make_mut(self.0.get_or_insert_default());
        for name in names {
            let Ok(name) = HeaderName::from_bytes(name.as_ref().as_bytes()) else {
                continue;
            };
            if fields.iter().all(|field| field.name != name) {
                let key = key(prefix, &name);
                fields.push(Field { name, key });
            }
        }
    }

    /// Calls `f` with `attrs` and those of the fields that are there.
    pub(crate) fn with<R>(
        &self,
        headers: &HeaderMap,
        attrs: &[Attr<'_>],
        f: impl FnOnce(&[Attr<'_>]) -> R,
    ) -> R {
        let Some(fields) = &self.0 else {
            return f(attrs);
        };
        let values: Vec<(&'static RawKey, Values<'_>)> = fields
            .iter()
            .filter(|field| headers.contains_key(&field.name))
            .map(|field| (field.key, Values::of(headers, &field.name)))
            .collect();
        let captured = values.iter().map(|(key, values)| Attr {
            key,
            value: Value::Strs(values),
        });
        let attrs: Vec<Attr<'_>> = attrs.iter().copied().chain(captured).collect();
        f(&attrs)
    }

    /// Records the fields that are there on a span that runs, wherever its strand is.
    pub(crate) fn record(&self, span: &mut Running<'_>, headers: &HeaderMap) {
        let Some(fields) = &self.0 else { return };
        for field in fields.iter() {
            let values = Values::of(headers, &field.name);
            let values: Vec<String> = values.iter().map(Cow::into_owned).collect();
            if !values.is_empty() {
                span.set_strings(field.key, values);
            }
        }
    }
}

/// The values of a field.
struct Values<'a>(GetAll<'a, HeaderValue>);

impl<'a> Values<'a> {
    fn of(headers: &'a HeaderMap, name: &HeaderName) -> Self {
        Self(headers.get_all(name))
    }

    fn iter(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.0.iter().map(
            move |value| match String::from_utf8_lossy(value.as_bytes()) {
                Cow::Borrowed(text) => url::redacted(text),
                Cow::Owned(text) => Cow::Owned(url::redacted_in(text)),
            },
        )
    }
}

impl Elements<Str> for Values<'_> {
    fn visit(&self, each: &mut dyn FnMut(Value<'_>)) {
        self.iter().for_each(|value| each(Value::Str(&value)));
    }
}

/// The key of a field's attribute. Keys live for ever, so there is one for each name, however many layers are made.
fn key(prefix: &'static str, name: &HeaderName) -> &'static RawKey {
    static KEYS: Mutex<Option<HashMap<String, &'static RawKey>>> = Mutex::new(None);
    let mut keys = lock(&KEYS);
    let full = format!("{prefix}{name}");
    keys.get_or_insert_default()
        .entry(full)
        .or_insert_with_key(|full| {
            let mut key = RawKey::new(Box::leak(full.clone().into_boxed_str()));
            key.sensitive = is_credential(name);
            Box::leak(Box::new(key))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_key() {
        let mut one = Captured::default();
        one.add(REQUEST, ["X-Tenant", "x-tenant", "no name", ""]);
        let mut other = Captured::default();
        other.add(REQUEST, ["x-tenant"]);
        let keys = |captured: &Captured| {
            let fields = captured.0.as_ref().unwrap();
            fields.iter().map(|field| field.key).collect::<Vec<_>>()
        };
        let (one, other) = (keys(&one), keys(&other));
        assert_eq!(one.len(), 1);
        assert!(std::ptr::eq(one[0], other[0]));
        assert_eq!(one[0].name, "http.request.header.x-tenant");
        assert!(!one[0].sensitive);
    }

    #[test]
    fn credentials_are_sensitive() {
        let mut captured = Captured::default();
        captured.add(RESPONSE, ["Set-Cookie", "api-key", "location"]);
        let fields = captured.0.unwrap();
        let sensitive: Vec<bool> = fields.iter().map(|field| field.key.sensitive).collect();
        assert_eq!(sensitive, [true, true, false]);
    }
}
