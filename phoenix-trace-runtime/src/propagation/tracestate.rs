//! The `tracestate` header field: W3C Trace Context level 2, section "Tracestate Header".
//!
//! Field values come in; out goes a [`TraceState`], whose text is always a valid field value without optional white
//! space, empty members or repeated keys.

use std::{fmt, sync::Arc};

use opentelemetry::trace::TraceState as ApiTraceState;

use super::{trim_ows, trim_ows_end};

/// The most members that a `tracestate` may have.
pub const MAX_MEMBERS: usize = 32;

/// The most bytes that are read: all field values together, with the commas that join them. A field that goes past it
/// is refused before it is split.
pub const MAX_INPUT: usize = 8 * 1024;

/// The most bytes that [`carrier`](super::carrier) and [`TraceContextPropagator`](super::TraceContextPropagator)
/// send: four times the 512 that the specification asks to propagate, a quarter of what common proxies take in all
/// header fields together.
pub const MAX_EMITTED: usize = 2 * 1024;

/// Members longer than this many bytes are the first to go when a `tracestate` is shortened.
const LARGE_MEMBER: usize = 128;

/// The most bytes of a key, and of a value.
const MAX_PART: usize = 256;

/// A validated, immutable list of `key=value` members, the most recent first.
///
/// Clones share one allocation; an empty list has none.
///
/// ```
/// use phoenix_trace::propagation::TraceState;
///
/// let state = TraceState::parse([&b"rojo=00f067aa0ba902b7 ,, "[..], b"congo=t61rcWkgMzE"])?;
/// assert_eq!(state.as_str(), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
///
/// let state = state.with("congo", "ucfJifl5GOE")?;
/// assert_eq!(state.as_str(), "congo=ucfJifl5GOE,rojo=00f067aa0ba902b7");
/// assert_eq!(state.get("rojo"), Some("00f067aa0ba902b7"));
/// # Ok::<(), phoenix_trace::propagation::InvalidTraceState>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct TraceState(Option<Arc<str>>);

impl TraceState {
    /// The list without members.
    pub const EMPTY: Self = Self(None);

    /// Reads the values of all `tracestate` fields of a message, in their order.
    ///
    /// Where a key is repeated, its first and so most recent member is kept: the specification lets a receiver
    /// discard the others (section "Mutating the tracestate Field").
    ///
    /// # Errors
    ///
    /// When one member is malformed, there are more than [`MAX_MEMBERS`] (repeated ones count, empty ones do not), or
    /// the input is longer than [`MAX_INPUT`]. The whole list is lost then, and only the list: the `traceparent`
    /// beside it stays valid.
    pub fn parse<'a>(
        values: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, InvalidTraceState> {
        let mut list = List::default();
        let mut members = 0;
        let mut budget = MAX_INPUT + 1;
        for field in values {
            budget = budget
                .checked_sub(field.len().saturating_add(1))
                .ok_or(InvalidTraceState::TooLong)?;
            let parts = field.split(|&byte| byte == b',').map(trim_ows);
            for member in parts.filter(|member| !member.is_empty()) {
                members += 1;
                if members > MAX_MEMBERS {
                    return Err(InvalidTraceState::TooManyMembers);
                }
                let (key, value) = split_member(member).ok_or(InvalidTraceState::Member)?;
                list.push_new(key, value);
            }
        }
        Ok(list.finish())
    }

    /// The field value: members joined by `,`. Empty when there are none; such a field should not be sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Members from left to right, the most recent first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.as_str()
            .split(',')
            .filter_map(|member| member.split_once('='))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The list with `key` set to `value`.
    ///
    /// A new or changed member moves to the left end; the right-most one goes when there would be more than
    /// [`MAX_MEMBERS`] (section "Mutating the tracestate Field"). Nothing changes when the member is there already.
    ///
    /// # Errors
    ///
    /// When `key` does not match `[a-z0-9][a-z0-9_\-*/@]{0,255}`, or `value` is not 1 to 256 printable ASCII
    /// characters without `,` and `=`, the last of them not a space.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, InvalidTraceState> {
        if !is_key(key.as_bytes()) || !is_value(value.as_bytes()) {
            return Err(InvalidTraceState::Member);
        }
        if self.get(key) == Some(value) {
            return Ok(self.clone());
        }
        let mut list = List::default();
        list.push(key, value);
        let others = self.iter().filter(|(name, _)| *name != key);
        for (key, value) in others.take(MAX_MEMBERS - 1) {
            list.push(key, value);
        }
        Ok(list.finish())
    }

    /// The list without `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        if self.get(key).is_none() {
            return self.clone();
        }
        self.keep(|name, _| name != key)
    }

    /// The list shortened to `limit` bytes, by whole members from the right until it fits: first those longer than 128 bytes, then
    /// the others (section "tracestate Limits"). The specification asks for a `limit` of at least 512.
    #[must_use]
    pub fn truncated(&self, limit: usize) -> Self {
        let mut length = self.as_str().len();
        if length <= limit {
            return self.clone();
        }
        let mut members: Vec<&str> = self.as_str().split(',').collect();
        while length > limit {
            let large = members
                .iter()
                .rposition(|member| member.len() > LARGE_MEMBER);
            let Some(next) = large.or_else(|| members.len().checked_sub(1)) else {
                break;
            };
            // And the comma beside it.
            length = length.saturating_sub(members.remove(next).len() + 1);
        }
        List(members.join(",")).finish()
    }

    /// The same list for the OpenTelemetry API.
    ///
    /// That type follows level 1, which knows fewer keys (one `@`, at most 14 characters after it); members that it
    /// cannot hold are left out. [`TraceContextPropagator`](super::TraceContextPropagator) carries them beside it.
    #[must_use]
    pub fn to_opentelemetry(&self) -> ApiTraceState {
        if self.is_empty() {
            return ApiTraceState::NONE;
        }
        ApiTraceState::from_key_value(self.iter())
            .or_else(|_| {
                ApiTraceState::from_key_value(
                    self.iter()
                        .filter(|&member| ApiTraceState::from_key_value([member]).is_ok()),
                )
            })
            .unwrap_or_default()
    }

    /// The list that a trace state of the OpenTelemetry API holds, without what may not be sent: that type accepts
    /// empty values and control characters.
    #[must_use]
    pub fn from_opentelemetry(state: &ApiTraceState) -> Self {
        let mut list = List::default();
        for (key, value) in state.into_iter().take(MAX_MEMBERS) {
            if is_key(key.as_bytes()) && is_value(value.as_bytes()) {
                list.push_new(key, value);
            }
        }
        list.finish()
    }

    /// The list after the OpenTelemetry API had its part of it, and made it `part`: the members that only level 2 knows
    /// are still there.
    pub(super) fn updated_to(&self, part: &Self) -> Self {
        if Self::from_opentelemetry(&self.to_opentelemetry()) == *part {
            return self.clone();
        }
        let mut list = List(part.as_str().to_owned());
        let beyond = |member: &(&str, &str)| ApiTraceState::from_key_value([*member]).is_err();
        let room = MAX_MEMBERS - part.iter().count();
        for (key, value) in self.iter().filter(beyond).take(room) {
            list.push_new(key, value);
        }
        list.finish()
    }

    fn keep(&self, mut wanted: impl FnMut(&str, &str) -> bool) -> Self {
        let mut list = List::default();
        for (key, value) in self.iter().filter(|(key, value)| wanted(key, value)) {
            list.push(key, value);
        }
        list.finish()
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TraceState").field(&self.as_str()).finish()
    }
}

/// Why a `tracestate`, or a member for one, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidTraceState {
    /// All fields together are longer than [`MAX_INPUT`] bytes.
    TooLong,
    /// There are more than [`MAX_MEMBERS`] members.
    TooManyMembers,
    /// A member is not `key=value` by the grammar of level 2.
    Member,
}

impl fmt::Display for InvalidTraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "tracestate longer than {MAX_INPUT} bytes"),
            Self::TooManyMembers => write!(f, "tracestate with more than {MAX_MEMBERS} members"),
            Self::Member => f.write_str(
                "malformed member of tracestate; it is `key=value` by W3C Trace Context level 2",
            ),
        }
    }
}

impl std::error::Error for InvalidTraceState {}

/// A list under construction; holds valid members only.
#[derive(Default)]
struct List(String);

impl List {
    fn push(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.extend([key, "=", value]);
    }

    fn push_new(&mut self, key: &str, value: &str) {
        let known = |member: &str| member.split_once('=').is_some_and(|(name, _)| name == key);
        if !self.0.split(',').any(known) {
            self.push(key, value);
        }
    }

    fn finish(self) -> TraceState {
        TraceState((!self.0.is_empty()).then(|| self.0.into()))
    }
}

/// Key and value of a member without white space around it; `None` when it breaks the grammar.
fn split_member(member: &[u8]) -> Option<(&str, &str)> {
    let equals = member.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    if !is_key(key) || !is_value(value) {
        return None;
    }
    Some((str::from_utf8(key).ok()?, str::from_utf8(value).ok()?))
}

/// `( lcalpha / DIGIT ) 0*255 ( keychar )`
fn is_key(key: &[u8]) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    key.len() <= MAX_PART
        && key.first().is_some_and(|&byte| alphanumeric(byte))
        && key
            .iter()
            .all(|&byte| alphanumeric(byte) || b"_-*/@".contains(&byte))
}

/// `0*255(chr) nblk-chr`
fn is_value(value: &[u8]) -> bool {
    let character = |byte: &u8| matches!(byte, b' '..=b'~') && !b",=".contains(byte);
    (1..=MAX_PART).contains(&value.len())
        && value.iter().all(character)
        && trim_ows_end(value).len() == value.len()
}

#[cfg(test)]
mod tests;
