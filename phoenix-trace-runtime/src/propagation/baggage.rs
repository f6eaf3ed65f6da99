//! The `baggage` header field: W3C Baggage, section "Baggage HTTP Header Format".
//!
//! Field values come in; out goes a [`Baggage`], whose text is always a valid field value within the limits. Values
//! stay percent-encoded until they are read, so that nothing which was encoded on the way in, a line break least of
//! all, can reach an outgoing header in the clear.

use std::{borrow::Cow, fmt, sync::Arc};

use opentelemetry::baggage::{Baggage as ApiBaggage, BaggageMetadata, KeyValueMetadata};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::trim_ows;

/// The most members of a baggage, over all its header fields (section "Limits").
pub const MAX_MEMBERS: usize = 64;

/// The most bytes of a baggage, over all its header fields and with the commas that join them (section "Limits").
pub const MAX_LENGTH: usize = 8 * 1024;

/// Characters outside `baggage-octet`, and `%`.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b',')
    .add(b';')
    .add(b'\\')
    .add(b'%');

/// Validated, immutable name/value pairs that the application attached to a request.
///
/// At most [`MAX_MEMBERS`] members and [`MAX_LENGTH`] bytes. Clones share one allocation; an empty baggage has none.
///
/// ```
/// use phoenix_trace::propagation::Baggage;
///
/// let (baggage, dropped) = Baggage::parse([&b"user = alice ; ttl=60"[..], b"node=DF%2028,\"broken\""]);
/// assert_eq!(baggage.get("node").as_deref(), Some("DF 28"));
/// assert_eq!(baggage.as_str(), "user=alice;ttl=60,node=DF%2028");
/// assert!(dropped);
///
/// let baggage = baggage.with("note", "50 %\r\n")?;
/// assert!(baggage.as_str().ends_with(",note=50%20%25%0D%0A"));
/// # Ok::<(), phoenix_trace::propagation::baggage::InvalidBaggage>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Baggage(Option<Arc<str>>);

/// One member of a [`Baggage`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member<'a> {
    /// The name, an RFC 7230 token.
    pub key: &'a str,
    /// The value, decoded. Sequences that are not UTF-8 are replaced by U+FFFD. It may hold any character, line
    /// breaks too: encode it before it goes anywhere.
    pub value: Cow<'a, str>,
    /// The properties as they are sent: `name` or `name=value` joined by `;`, values encoded. Often empty.
    pub properties: &'a str,
}

impl Baggage {
    /// The baggage without members.
    pub const EMPTY: Self = Self(None);

    /// Reads the values of all `baggage` fields of a message, in their order; the flag tells whether anything was
    /// dropped.
    ///
    /// What is dropped is dropped by whole members: malformed ones, those after the first [`MAX_MEMBERS`], and those
    /// that do not end within the first [`MAX_LENGTH`] bytes. No byte beyond is looked at, however many fields
    /// there are, and no more than [`MAX_LENGTH`] bytes are kept. Repeated names are kept in their order.
    #[must_use]
    pub fn parse<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> (Self, bool) {
        let mut list = List::default();
        let mut dropped = false;
        let mut budget = Some(MAX_LENGTH);
        for field in fields {
            let Some(left) = budget else {
                dropped |= !field.is_empty();
                break;
            };
            let readable = whole_members(field, left);
            for member in readable.split(|&byte| byte == b',').map(trim_ows) {
                dropped |=
                    !member.is_empty() && list.push(|text| write_member(member, text)).is_err();
            }
            if readable.len() < field.len() {
                dropped = true;
                break;
            }
            budget = left.checked_sub(field.len() + 1);
        }
        (list.finish(), dropped)
    }

    /// The field value. Empty when there are no members; such a field should not be sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The members, in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Member<'_>> {
        members(self.as_str()).map(|(_, key, value, properties)| Member {
            key,
            value: percent_decode_str(value).decode_utf8_lossy(),
            properties,
        })
    }

    /// The decoded value of a name; the last one, should the name be repeated.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.iter()
            .rfind(|member| member.key == key)
            .map(|member| member.value)
    }

    /// The baggage with `key` set to `value`, in place of every member of that name.
    ///
    /// # Errors
    ///
    /// When `key` is not an RFC 7230 token, or the result would exceed [`MAX_MEMBERS`] or [`MAX_LENGTH`].
    pub fn with(&self, key: &str, value: &str) -> Result<Self, InvalidBaggage> {
        self.with_properties(key, value, "")
    }

    /// The baggage with `key` set to `value` and `properties`: `name` or `name=value` joined by `;`.
    ///
    /// # Errors
    ///
    /// As [`Baggage::with`], and when a name of a property is not a token or its value holds what would have to be
    /// encoded: properties are taken as they are sent.
    pub fn with_properties(
        &self,
        key: &str,
        value: &str,
        properties: &str,
    ) -> Result<Self, InvalidBaggage> {
        let mut list = List::default();
        for (member, name, ..) in members(self.as_str()) {
            if name != key {
                list.push(|text| {
                    text.push_str(member);
                    Ok(())
                })?;
            }
        }
        list.push(|text| write_decoded(key, value, properties, text))?;
        Ok(list.finish())
    }

    /// The baggage without `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        let mut text = String::new();
        for (member, name, ..) in members(self.as_str()) {
            if name != key {
                text.extend([if text.is_empty() { "" } else { "," }, member]);
            }
        }
        List { text, members: 0 }.finish()
    }

    /// The same baggage for the OpenTelemetry API, which keeps the last of repeated names.
    #[must_use]
    pub fn to_opentelemetry(&self) -> ApiBaggage {
        self.iter()
            .map(|member| {
                let properties = BaggageMetadata::from(member.properties);
                KeyValueMetadata::new(member.key.to_owned(), member.value.into_owned(), properties)
            })
            .collect()
    }

    /// The baggage that the OpenTelemetry API holds, ordered by name; the flag tells whether anything was dropped.
    ///
    /// That type checks neither the encoded length nor its metadata: members beyond the limits are dropped, and so
    /// are properties that are malformed.
    #[must_use]
    pub fn from_opentelemetry(baggage: &ApiBaggage) -> (Self, bool) {
        let mut entries: Vec<_> = baggage.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| key.as_str());
        let mut list = List::default();
        let mut dropped = false;
        for (key, (value, metadata)) in entries {
            let (key, value) = (key.as_str(), value.as_str());
            let whole = list.push(|text| write_decoded(key, value, metadata.as_str(), text));
            dropped |= whole.is_err();
            if whole == Err(InvalidBaggage::Malformed) {
                // Without its properties it may still be dropped, which is counted already.
                let _ = list.push(|text| write_decoded(key, value, "", text));
            }
        }
        (list.finish(), dropped)
    }
}

impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Shows the names only: values may hold data of users.
impl fmt::Debug for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Baggage")?;
        f.debug_list()
            .entries(members(self.as_str()).map(|(_, key, ..)| key))
            .finish()
    }
}

/// Why a member for a [`Baggage`] was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBaggage {
    /// The baggage would exceed [`MAX_MEMBERS`] or [`MAX_LENGTH`].
    TooLarge,
    /// The name, the value or a property breaks the grammar.
    Malformed,
}

impl fmt::Display for InvalidBaggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "baggage with more than {MAX_MEMBERS} members or {MAX_LENGTH} bytes"
            ),
            Self::Malformed => f.write_str(
                "malformed member of baggage; it is `token=value;property` by W3C Baggage",
            ),
        }
    }
}

impl std::error::Error for InvalidBaggage {}

/// The members of a valid baggage string: the whole of each, its name, its encoded value, its properties.
fn members(text: &str) -> impl DoubleEndedIterator<Item = (&str, &str, &str, &str)> {
    text.split(',').filter_map(|member| {
        let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
        let (key, value) = pair.split_once('=')?;
        Some((member, key, value, properties))
    })
}

/// The part of a field that holds members which end within `budget` bytes.
fn whole_members(field: &[u8], budget: usize) -> &[u8] {
    let Some(window) = field.get(..=budget) else {
        return field;
    };
    // A comma right behind the budget ends a member that still fits.
    let end = window.iter().rposition(|&byte| byte == b',').unwrap_or(0);
    &field[..end]
}

/// A baggage string under construction, within the limits at all times.
#[derive(Default)]
struct List {
    text: String,
    members: usize,
}

impl List {
    /// Appends what `write` writes, or nothing at all.
    fn push(
        &mut self,
        write: impl FnOnce(&mut String) -> Result<(), InvalidBaggage>,
    ) -> Result<(), InvalidBaggage> {
        if self.members == MAX_MEMBERS {
            return Err(InvalidBaggage::TooLarge);
        }
        let start = self.text.len();
        if start > 0 {
            self.text.push(',');
        }
        let mut result = write(&mut self.text);
        if self.text.len() > MAX_LENGTH {
            result = Err(InvalidBaggage::TooLarge);
        }
        match result {
            Ok(()) => self.members += 1,
            Err(_) => self.text.truncate(start),
        }
        result
    }

    fn finish(self) -> Baggage {
        Baggage((!self.text.is_empty()).then(|| self.text.into()))
    }
}

/// A member from its decoded value.
fn write_decoded(
    key: &str,
    value: &str,
    properties: &str,
    text: &mut String,
) -> Result<(), InvalidBaggage> {
    write_token(key.as_bytes(), text)?;
    text.push('=');
    text.extend(utf8_percent_encode(value, ENCODED));
    write_properties(properties.as_bytes(), text)
}

/// `list-member = key OWS "=" OWS value *( OWS ";" OWS property )`, without white space around it.
fn write_member(member: &[u8], text: &mut String) -> Result<(), InvalidBaggage> {
    let (pair, properties) = split_once(member, b';').unwrap_or((member, b""));
    let (key, value) = split_once(pair, b'=').ok_or(InvalidBaggage::Malformed)?;
    write_token(key, text)?;
    text.push('=');
    write_value(value, text)?;
    write_properties(properties, text)
}

/// `*( ";" property )` where `property = key OWS "=" OWS value / key OWS`; empty ones are left out.
fn write_properties(properties: &[u8], text: &mut String) -> Result<(), InvalidBaggage> {
    let parts = properties.split(|&byte| byte == b';').map(trim_ows);
    for property in parts.filter(|property| !property.is_empty()) {
        text.push(';');
        match split_once(property, b'=') {
            None => write_token(property, text)?,
            Some((key, value)) => {
                write_token(key, text)?;
                text.push('=');
                write_value(value, text)?;
            }
        }
    }
    Ok(())
}

/// A token of RFC 7230, section 3.2.6, without the white space around it.
fn write_token(token: &[u8], text: &mut String) -> Result<(), InvalidBaggage> {
    let token = trim_ows(token);
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    if token.is_empty() || !token.iter().all(allowed) {
        return Err(InvalidBaggage::Malformed);
    }
    text.extend(token.iter().copied().map(char::from));
    Ok(())
}

/// `*baggage-octet` without the white space around it; a `%` that encodes nothing is itself encoded.
fn write_value(value: &[u8], text: &mut String) -> Result<(), InvalidBaggage> {
    let value = trim_ows(value);
    let allowed = |byte: &u8| byte.is_ascii_graphic() && !b"\",;\\".contains(byte);
    if !value.iter().all(allowed) {
        return Err(InvalidBaggage::Malformed);
    }
    for (index, &byte) in value.iter().enumerate() {
        text.push(byte.into());
        let encodes = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        if byte == b'%' && !value.get(index + 1..index + 3).is_some_and(encodes) {
            text.push_str("25");
        }
    }
    Ok(())
}

fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == separator)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

#[cfg(test)]
mod tests;
