//! What carries propagated fields: the headers of HTTP, the metadata of gRPC, the attributes or headers of a message, and
//! every carrier that the OpenTelemetry API knows.
//!
//! Names are those of HTTP header fields, in lowercase. A map is asked for exactly that spelling; a list, like the
//! headers of a Kafka message, for any spelling of it.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// The `traceparent` header field.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The `tracestate` header field.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The `baggage` header field.
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// What fields are read from.
///
/// It is implemented for [`HeaderMap`], tonic's `MetadataMap` (feature `grpc`), maps from strings to strings or bytes, lists
/// of pairs of them, and `dyn Extractor`: a carrier of type `C: Extractor` is given as `&carrier as &dyn Extractor`.
///
/// ```
/// use http::HeaderName;
/// use phoenix_trace::{extract, propagation::Extract};
///
/// /// A message of a broker whose client has a type of its own for headers.
/// struct Headers<'a>(&'a [(&'a str, Option<&'a [u8]>)]);
///
/// impl Extract for Headers<'_> {
///     fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
///         self.0.iter().filter(move |(key, _)| *key == name.as_str()).filter_map(|(_, value)| *value)
///     }
/// }
///
/// let remote = extract(&Headers(&[("x-correlation-id", Some(b"order-4711")), ("other", None)]));
/// assert_eq!(remote.correlation_id().unwrap().as_str(), "order-4711");
/// ```
pub trait Extract {
    /// The values of a field, in their order.
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]>;
}

/// What fields are written to.
///
/// It is implemented for [`HeaderMap`], tonic's `MetadataMap` (feature `grpc`), maps from `String` to `String` or `Vec<u8>`,
/// lists of pairs of them, and `dyn Injector`: a carrier of type `C: Injector` is given as `&mut carrier as &mut dyn Injector`.
pub trait Inject {
    /// Sets a field to one value, in place of all that it had. A carrier that has no room may leave it alone.
    fn set(&mut self, name: &HeaderName, value: &str);

    /// Takes a field away. A carrier that only grows leaves it alone.
    fn unset(&mut self, name: &HeaderName);
}

impl Extract for HeaderMap {
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }
}

/// A map that is full (32768 fields) stays as it is: propagation gives way to the message.
///
/// What is written is marked as sensitive, which for HTTP/2 means that it is never indexed (RFC 7541, section 7.1.3): no two
/// requests have it in common, so in the tables of a connection it would only push out what repeats.
impl Inject for HeaderMap {
    fn set(&mut self, name: &HeaderName, value: &str) {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            drop(self.try_insert(name, value));
        }
    }

    fn unset(&mut self, name: &HeaderName) {
        self.remove(name);
    }
}

#[cfg(feature = "grpc")]
impl Extract for tonic::metadata::MetadataMap {
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        let headers: &HeaderMap = self.as_ref();
        headers.values_of(name)
    }
}

#[cfg(feature = "grpc")]
impl Inject for tonic::metadata::MetadataMap {
    fn set(&mut self, name: &HeaderName, value: &str) {
        let headers: &mut HeaderMap = self.as_mut();
        headers.set(name, value);
    }

    fn unset(&mut self, name: &HeaderName) {
        let headers: &mut HeaderMap = self.as_mut();
        headers.unset(name);
    }
}

impl<K, V, S> Extract for HashMap<K, V, S>
where
    K: Borrow<str> + Hash + Eq,
    V: AsRef<[u8]>,
    S: BuildHasher,
{
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.get(name.as_str()).into_iter().map(V::as_ref)
    }
}

impl<K, V, S> Inject for HashMap<K, V, S>
where
    K: Borrow<str> + for<'a> From<&'a str> + Hash + Eq,
    V: for<'a> From<&'a str>,
    S: BuildHasher,
{
    fn set(&mut self, name: &HeaderName, value: &str) {
        self.insert(name.as_str().into(), value.into());
    }

    fn unset(&mut self, name: &HeaderName) {
        self.remove(name.as_str());
    }
}

impl<K, V> Extract for BTreeMap<K, V>
where
    K: Borrow<str> + Ord,
    V: AsRef<[u8]>,
{
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.get(name.as_str()).into_iter().map(V::as_ref)
    }
}

impl<K, V> Inject for BTreeMap<K, V>
where
    K: Borrow<str> + for<'a> From<&'a str> + Ord,
    V: for<'a> From<&'a str>,
{
    fn set(&mut self, name: &HeaderName, value: &str) {
        self.insert(name.as_str().into(), value.into());
    }

    fn unset(&mut self, name: &HeaderName) {
        self.remove(name.as_str());
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Extract for [(K, V)] {
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(key, _)| is(key, name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> Extract for Vec<(K, V)> {
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values_of(name)
    }
}

impl<K, V> Inject for Vec<(K, V)>
where
    K: AsRef<str> + for<'a> From<&'a str>,
    V: for<'a> From<&'a str>,
{
    fn set(&mut self, name: &HeaderName, value: &str) {
        self.unset(name);
        self.push((name.as_str().into(), value.into()));
    }

    fn unset(&mut self, name: &HeaderName) {
        self.retain(|(key, _)| !is(key, name));
    }
}

fn is(key: &impl AsRef<str>, name: &HeaderName) -> bool {
    key.as_ref().eq_ignore_ascii_case(name.as_str())
}

impl Extract for dyn Extractor + '_ {
    fn values_of<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        let values = self.get_all(name.as_str());
        values.into_iter().flatten().map(str::as_bytes)
    }
}

/// An `Injector` has no way to take a field away.
impl Inject for dyn Injector + '_ {
    fn set(&mut self, name: &HeaderName, value: &str) {
        Injector::set(self, name.as_str(), value.to_owned());
    }

    fn unset(&mut self, _: &HeaderName) {}
}

#[cfg(test)]
mod tests;
