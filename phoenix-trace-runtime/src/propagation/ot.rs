//! The `ot` member of `tracestate`, and the arithmetic of consistent probability sampling: OpenTelemetry
//! specification, "TraceState Handling" and "TraceState: Probability Sampling".
//!
//! All numbers are 56 bits wide: a span is kept when the trace's [`Randomness`] is at least the sampler's
//! [`Threshold`], so whoever samples with a higher probability keeps every trace that others keep.

use std::fmt::{self, Write as _};

use opentelemetry::trace::TraceId;

use super::{TraceState, hex};

/// Key of the member in `tracestate`.
pub const KEY: &str = "ot";

/// The most bytes of the member's value.
pub const MAX_LENGTH: usize = 256;

/// Digits of a 56-bit number.
const DIGITS: usize = 14;

/// 2^56: how many thresholds and random values there are.
const RANGE: u64 = 1 << 56;

/// Significant digits of a threshold that is made from a probability, past leading `f`s.
const PRECISION: u32 = 4;

/// A rejection threshold: out of 2^56 equally likely traces, how many are dropped.
///
/// Ordered by value: a greater threshold keeps fewer traces, and keeps a subset of them.
///
/// ```
/// use phoenix_trace::propagation::{Randomness, Threshold};
///
/// let one_in_ten = Threshold::from_probability(0.1).unwrap();
/// assert_eq!(one_in_ten.to_string(), "e666");
/// assert_eq!(one_in_ten.adjusted_count().round(), 10.0);
/// assert!(one_in_ten.keeps(Randomness::new(0xe6660000000000).unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u64);

impl Threshold {
    /// Keeps every trace: `th:0`.
    pub const ALWAYS: Self = Self(0);

    /// The threshold with this value; `None` from 2^56 on.
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value < RANGE {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The threshold of a probability from 2^-56 to 1; `None` outside, so also for 0 and NaN: never to sample is not
    /// a probability.
    ///
    /// Rounded to the recommended 4 hexadecimal digits past leading `f`s, a half towards the greater threshold, by
    /// exact arithmetic. A probability less than 2^-17 below 1 becomes [`Threshold::ALWAYS`].
    #[must_use]
    pub fn from_probability(probability: f64) -> Option<Self> {
        if !(1.0 / RANGE as f64..=1.0).contains(&probability) {
            return None;
        }
        // The fraction kept below 1/16^n makes n leading `f`s. Every operation on floats below is exact: scaling by
        // powers of two, and taking a half from a number of at most 17 integral bits.
        let mut digits = PRECISION;
        let mut scaled = probability * f64::from(1_u32 << (4 * PRECISION));
        while scaled < f64::from(1_u32 << (4 * (PRECISION - 1))) && digits < DIGITS as u32 {
            scaled *= 16.0;
            digits += 1;
        }
        let kept = (scaled - 0.5).ceil() as u64;
        Some(Self(RANGE - (kept << (4 * (DIGITS as u32 - digits)))))
    }

    /// Reads the value of a `th` sub-key: 1 to 14 lowercase hexadecimal digits, zeros on the right left out.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let missing = DIGITS.checked_sub(value.len())?;
        Some(Self(hex::decode(value.as_bytes())? << (4 * missing)))
    }

    /// The value, less than 2^56.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The probability that a trace is kept, greater than 0.
    #[must_use]
    pub fn probability(self) -> f64 {
        (RANGE - self.0) as f64 / RANGE as f64
    }

    /// How many traces one kept trace stands for, at least 1.
    #[must_use]
    pub fn adjusted_count(self) -> f64 {
        RANGE as f64 / (RANGE - self.0) as f64
    }

    /// Whether a trace of this randomness is kept.
    #[must_use]
    pub const fn keeps(self, randomness: Randomness) -> bool {
        randomness.0 >= self.0
    }
}

/// The value of a `th` sub-key.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `| 1 << 60` keeps the shift defined for zero, which then prints as one digit.
        let zeros = ((self.0 | 1 << 60).trailing_zeros() / 4).min(DIGITS as u32 - 1);
        write!(
            f,
            "{:0width$x}",
            self.0 >> (4 * zeros),
            width = DIGITS - zeros as usize
        )
    }
}

/// The 56 random bits that decide about a trace, the same in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Randomness(u64);

impl Randomness {
    /// The randomness with this value; `None` from 2^56 on.
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value < RANGE {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The low 56 bits of a trace id, which are random when the flag of the `traceparent` says so.
    #[must_use]
    pub const fn of_trace(id: TraceId) -> Self {
        Self(u128::from_be_bytes(id.to_bytes()) as u64 & (RANGE - 1))
    }

    /// Reads the value of an `rv` sub-key: exactly 14 lowercase hexadecimal digits.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        (value.len() == DIGITS)
            .then(|| hex::decode(value.as_bytes()).map(Self))
            .flatten()
    }

    /// The value, less than 2^56.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

/// The value of an `rv` sub-key.
impl fmt::Display for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

/// The `ot` member: `th:{threshold};rv:{randomness}` and sub-keys of other concerns.
///
/// Borrows from the `tracestate` and allocates nothing. A malformed `th` or `rv` reads as absent and is not sent on;
/// of repeated sub-keys the first counts.
///
/// ```
/// use phoenix_trace::propagation::{OtState, Threshold, TraceState};
///
/// let state = TraceState::parse([&b"congo=1,ot=th:8;rv:6e6d1a75832a2f;x:y"[..]])?;
/// let mut ot = OtState::of(&state);
/// assert_eq!(ot.threshold, Threshold::from_probability(0.5));
///
/// ot.threshold = Threshold::from_probability(0.25);
/// assert_eq!(ot.apply(&state).as_str(), "ot=th:c;rv:6e6d1a75832a2f;x:y,congo=1");
/// # Ok::<(), phoenix_trace::propagation::InvalidTraceState>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OtState<'a> {
    /// `th`: the threshold that the span was sampled with; `None` when its probability is unknown.
    pub threshold: Option<Threshold>,
    randomness: Option<Randomness>,
    source: &'a str,
}

impl<'a> OtState<'a> {
    /// Reads the member's value. Linear, and no more than [`MAX_LENGTH`] bytes are looked at: longer input reads as
    /// empty.
    #[must_use]
    pub fn parse(source: &'a str) -> Self {
        let source = if source.len() <= MAX_LENGTH {
            source
        } else {
            ""
        };
        let find =
            |wanted| sub_keys(source).find_map(|(key, value)| (key == wanted).then_some(value));
        Self {
            threshold: find("th").and_then(Threshold::parse),
            randomness: find("rv").and_then(Randomness::parse),
            source,
        }
    }

    /// The member of a `tracestate`, empty when there is none.
    #[must_use]
    pub fn of(state: &'a TraceState) -> Self {
        state.get(KEY).map(Self::parse).unwrap_or_default()
    }

    /// `rv`: the explicit randomness, which takes the place of the trace id's.
    #[must_use]
    pub fn randomness(&self) -> Option<Randomness> {
        self.randomness
    }

    /// What decides about a trace: the explicit randomness, else the trace id's.
    #[must_use]
    pub fn randomness_or(&self, trace_id: TraceId) -> Randomness {
        self.randomness.unwrap_or(Randomness::of_trace(trace_id))
    }

    /// Gives a trace explicit randomness, at its root. Randomness that is there already is never overwritten.
    pub fn set_randomness(&mut self, randomness: Randomness) {
        self.randomness.get_or_insert(randomness);
    }

    /// Sub-keys of other concerns, the first of each key, in their order; malformed ones are left out.
    pub fn others(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let source = self.source;
        sub_keys(source)
            .enumerate()
            .filter_map(move |(index, (key, value))| {
                let ours = key == "th" || key == "rv";
                let repeated = sub_keys(source)
                    .take(index)
                    .any(|(earlier, _)| earlier == key);
                (!ours && !repeated).then_some((key, value))
            })
    }

    /// Does the source say `th` and `rv` as they are read, and once?
    fn is_exact(&self) -> bool {
        let times = |wanted| {
            let keys = self.source.split(';').filter_map(|one| one.split_once(':'));
            keys.filter(|(key, _)| *key == wanted).count()
        };
        times("th") == usize::from(self.threshold.is_some())
            && times("rv") == usize::from(self.randomness.is_some())
    }

    /// The `tracestate` with this member: moved to the left if it changed, removed if it is empty.
    #[must_use]
    pub fn apply(&self, state: &TraceState) -> TraceState {
        let there = OtState::of(state);
        if there == *self && there.is_exact() {
            return state.clone();
        }
        let value = self.to_string();
        if value.is_empty() {
            return state.without(KEY);
        }
        // The value is valid by construction, so that `with` does not fail.
        state
            .with(KEY, &value)
            .unwrap_or_else(|_| state.without(KEY))
    }
}

/// The member's value: `th`, `rv`, then the others, whole and in order, as far as [`MAX_LENGTH`] bytes allow.
impl fmt::Display for OtState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = String::with_capacity(MAX_LENGTH);
        if let Some(threshold) = self.threshold {
            write!(value, "th:{threshold};")?;
        }
        if let Some(randomness) = self.randomness {
            write!(value, "rv:{randomness};")?;
        }
        for (key, other) in self.others() {
            if value.len() + key.len() + 1 + other.len() <= MAX_LENGTH {
                value.extend([key, ":", other, ";"]);
            }
        }
        f.write_str(value.trim_end_matches(';'))
    }
}

/// The well-formed sub-keys of a member's value: `lcalpha *(lcalpha / DIGIT) ":" *(ALPHA / DIGIT / "." / "_" / "-")`.
fn sub_keys(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.split(';').filter_map(|member| {
        let (key, value) = member.split_once(':')?;
        let key_ok = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let value_ok = value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        (key_ok && value_ok).then_some((key, value))
    })
}

#[cfg(test)]
mod tests;
