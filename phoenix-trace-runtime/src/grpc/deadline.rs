//! The deadline of a call: the `grpc-timeout` of a request comes in (gRPC over HTTP/2, "Requests"), and the time that a server gives
//! each call; out goes whether one has passed.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

use crate::record::clock::{self, Ticks};

const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// What is told of a call that was given up then.
pub(super) const MISSED: &str = "the deadline has passed";

/// Until when a call is to be answered; `None`: it may take for ever.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline {
    /// As its caller says.
    told: Option<Ticks>,
    /// As the server says, of all calls.
    own: Option<Ticks>,
}

impl Deadline {
    /// The deadline of a call that is made, or comes in, now.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self::within(headers, None)
    }

    /// The same where the server gives each call so much time.
    pub(super) fn within(headers: &HeaderMap, own: Option<Duration>) -> Self {
        let told = headers.get(TIMEOUT);
        let told = told.and_then(|timeout| parse(timeout.as_bytes()));
        let from_now = |timeout| clock::now().saturating_add(clock::ticks(timeout));
        Self {
            told: told.map(from_now),
            own: own.map(from_now),
        }
    }

    pub(super) fn has_passed(self) -> bool {
        has_passed(self.told) || self.own_has_passed()
    }

    /// The server's own has.
    pub(super) fn own_has_passed(self) -> bool {
        has_passed(self.own)
    }
}

fn has_passed(deadline: Option<Ticks>) -> bool {
    deadline.is_some_and(|deadline| clock::now() >= deadline)
}

/// At most eight digits, and a unit.
fn parse(timeout: &[u8]) -> Option<Duration> {
    let (unit, digits) = timeout.split_last()?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_timeout_is_a_number_and_its_unit() {
        for (timeout, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("100m", Some(Duration::from_millis(100))),
            ("5u", Some(Duration::from_micros(5))),
            ("00000000n", Some(Duration::ZERO)),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3600))),
            ("", None),
            ("S", None),
            ("1", None),
            ("1s", None),
            ("-1S", None),
            ("+1S", None),
            ("1 S", None),
            ("123456789n", None),
        ] {
            assert_eq!(parse(timeout.as_bytes()), expected, "{timeout:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_harm(timeout in proptest::collection::vec(any::<u8>(), 0..12)) {
            prop_assert!(parse(&timeout).is_none_or(|timeout| timeout.as_secs() < 1 << 40));
        }
    }
}
