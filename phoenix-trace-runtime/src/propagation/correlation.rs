//! The correlation id: the platform's own id of a request, older than its traces.
//!
//! Bytes from outside come in; out goes a [`CorrelationId`], which is safe in headers, logs and terminals.

use std::{fmt, sync::Arc};

use http::HeaderName;
use opentelemetry::trace::TraceId;

use super::hex;

/// The header field, and gRPC metadata key, that carries the correlation id unless configured otherwise.
pub const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");

/// The longest correlation id that is accepted, in bytes.
pub const MAX_LENGTH: usize = 128;

/// A validated correlation id: `[A-Za-z0-9._-]{1,128}`.
///
/// The alphabet leaves no way to forge fields of a log line, to break a header or to steer a terminal. Clones share
/// one allocation.
///
/// ```
/// use phoenix_trace_runtime::propagation::CorrelationId;
///
/// let id = CorrelationId::parse(b"order-4711").unwrap();
/// assert_eq!(id.as_str(), "order-4711");
/// assert!(CorrelationId::parse(b"a=1 tenant=victim").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrelationId(Arc<str>);

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
            None => Ok(Self(String::from_utf8_lossy(value).into())),
        }
    }

    /// A new random id: 32 lowercase hexadecimal digits, 128 random bits.
    #[must_use]
    pub fn generate() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()).into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The trace id as 32 lowercase hexadecimal digits.
impl From<TraceId> for CorrelationId {
    fn from(id: TraceId) -> Self {
        let mut digits = [b'0'; 32];
        hex::encode(u128::from_be_bytes(id.to_bytes()), &mut digits);
        Self(String::from_utf8_lossy(&digits).into())
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
        &self.0
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
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
        for id in [
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
