//! The correlation id: the platform's own id of a request, older than its traces.
//!
//! Bytes from outside come in; out goes a [`CorrelationId`], which is safe in headers, logs and terminals.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::{fmt, sync::Arc};

use http::HeaderName;
use opentelemetry::trace::TraceId;

use super::hex;
use crate::record::thread;

/// The header field, and gRPC metadata key, that carries the correlation id unless configured otherwise.
pub const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// The longest correlation id that is accepted, in bytes.
pub const MAX_LENGTH: usize = 128;

/// A validated correlation id: `[A-Za-z0-9._-]{1,128}`.
///
/// The alphabet leaves no way to forge fields of a log line, to break a header or to steer a terminal. Ids as long as a
/// UUID allocate nothing; clones of longer ones share one allocation.
///
/// ```
/// use phoenix_trace::propagation::CorrelationId;
///
/// let id = CorrelationId::parse(b"order-4711").unwrap();
/// assert_eq!(id.as_str(), "order-4711");
/// assert!(CorrelationId::parse(b"a=1 tenant=victim").is_err());
/// ```
#[derive(Clone)]
pub struct CorrelationId(Text);

#[derive(Clone)]
enum Text {
    Inline { length: u8, bytes: [u8; INLINE] },
    Shared(Arc<str>),
}

/// Holds a UUID, and a trace id.
const INLINE: usize = 38;

impl CorrelationId {
    /// Validates an id that came from outside.
    ///
    /// # Errors
    ///
    /// When it is empty, longer than [`MAX_LENGTH`], or holds a byte outside `[A-Za-z0-9._-]`. At most
    /// [`MAX_LENGTH`] bytes are looked at.
    pub fn parse(value: &[u8]) -> Result<Self, InvalidCorrelationId> {
        if value.is_empty() {
            return Err(InvalidCorrelationId(Reason::Empty));
        }
        if value.len() > MAX_LENGTH {
            return Err(InvalidCorrelationId(Reason::TooLong(value.len())));
        }
        let invalid = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"._-".contains(byte));
        match value.iter().copied().find(invalid) {
            Some(byte) => Err(InvalidCorrelationId(Reason::Byte(byte))),
            None => Ok(Self::of_ascii(value)),
        }
    }

    /// A new random id: 32 lowercase hexadecimal digits, 128 random bits.
    #[must_use]
    pub fn generate() -> Self {
        Self::of_number(thread::long_id().unwrap_or_else(rand::random))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        hex::ascii(self.as_bytes())
    }

    /// The same as the bytes of a header field.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Inline { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Text::Shared(text) => text.as_bytes(),
        }
    }

    fn of_number(number: u128) -> Self {
        Self::of_ascii(&hex::encoded(number))
    }

    fn of_ascii(value: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..value.len()), u8::try_from(value.len())) {
            (Some(inline), Ok(length)) => {
                inline.copy_from_slice(value);
                Self(Text::Inline { length, bytes })
            }
            _ => Self(Text::Shared(String::from_utf8_lossy(value).into())),
        }
    }
}

impl fmt::Debug for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CorrelationId")
            .field(&self.as_str())
            .finish()
    }
}

impl PartialEq for CorrelationId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for CorrelationId {}

impl PartialOrd for CorrelationId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CorrelationId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for CorrelationId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// The trace id as 32 lowercase hexadecimal digits.
impl From<TraceId> for CorrelationId {
    fn from(id: TraceId) -> Self {
        Self::of_number(u128::from_be_bytes(id.to_bytes()))
    }
}

impl std::str::FromStr for CorrelationId {
    type Err = InvalidCorrelationId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::parse(id.as_bytes())
    }
}

impl AsRef<str> for CorrelationId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a correlation id was refused. The text never repeats what was refused, so it is safe to log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCorrelationId(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong(usize),
    Byte(u8),
}

impl fmt::Display for InvalidCorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reason::Empty => write!(f, "empty correlation id")?,
            Reason::TooLong(length) => write!(f, "correlation id of {length} bytes")?,
            Reason::Byte(byte) => write!(f, "correlation id with byte 0x{byte:02x}")?,
        }
        write!(
            f,
            "; it takes 1 to {MAX_LENGTH} of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`"
        )
    }
}

impl std::error::Error for InvalidCorrelationId {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accepts_its_alphabet_up_to_the_limit() {
        let longest = "x".repeat(MAX_LENGTH);
        let (inline, shared) = ("y".repeat(INLINE), "z".repeat(INLINE + 1));
        for id in [
            &inline,
            &shared,
            "a",
            "A.b_c-9",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "..",
            &longest,
        ] {
            assert_eq!(CorrelationId::parse(id.as_bytes()).unwrap().as_str(), id);
        }
    }

    #[test]
    fn refuses_what_could_do_harm() {
        let too_long = "x".repeat(MAX_LENGTH + 1);
        let huge = "x".repeat(64 * 1024);
        for id in [
            "",
            " a",
            "a b",
            "a=1 tenant=victim",
            "a\r\nset-cookie: x",
            "\u{1b}[31mred",
            "a\0",
            "é",
            "a,b",
            "a/b",
            "{a}",
            &too_long,
            &huge,
        ] {
            assert!(CorrelationId::parse(id.as_bytes()).is_err(), "{id:?}");
        }
    }

    #[test]
    fn errors_say_what_and_what_to_do() {
        let error = CorrelationId::parse(b"a b").unwrap_err();
        assert_eq!(
            error.to_string(),
            "correlation id with byte 0x20; it takes 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`"
        );
    }

    #[test]
    fn generated_ids_are_valid_and_differ() {
        let (one, two) = (CorrelationId::generate(), CorrelationId::generate());
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 32);
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
    }

    #[test]
    fn takes_the_trace_id_as_hex() {
        let id = CorrelationId::from(TraceId::from(0x2a));
        assert_eq!(id.to_string(), "0000000000000000000000000000002a");
    }

    proptest! {
        #[test]
        fn accepts_exactly_the_alphabet(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let allowed = (1..=MAX_LENGTH).contains(&bytes.len())
                && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b));
            prop_assert_eq!(CorrelationId::parse(&bytes).is_ok(), allowed);
        }
    }
}
