//! What tells series apart, as bytes: the instrument and the values of its attributes, written to memory that is used again and
//! compared as a whole.

use opentelemetry::{KeyValue, Value};

use super::instrument::{INSTRUMENTS, Instrument, MOST_ATTRIBUTES};
use crate::record::stored::{Stored, StoredAttr};
use crate::record::strand::Strand;
use crate::record::told::cut;
use crate::sensitive::{How, Sensitive};

/// The longest value of an attribute, in bytes; of a longer one the rest is cut off.
const MAX_LENGTH: usize = 255;

const TEXT: u8 = 0;
const INT: u8 = 1;
/// In place of all attributes: the series of those that there was no room for.
const OVERFLOW: u8 = 0xff;

/// The values that a span has for the attributes of an instrument, in their order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a>([Option<Part<'a>>; MOST_ATTRIBUTES]);

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Text(&'a str),
    Int(i64),
}

impl<'a> Found<'a> {
    pub(super) fn set_text(&mut self, index: usize, text: &'a str) {
        self.0[index] = Some(Part::Text(text));
    }

    pub(super) fn has(&self, index: usize) -> bool {
        self.0[index].is_some()
    }

    /// Takes notice of an attribute, if the instrument has it. Of values that were set again the last one counts.
    pub(super) fn note(&mut self, instrument: usize, strand: &'a Strand, attr: &StoredAttr) {
        let mut names = INSTRUMENTS[instrument].attributes.iter();
        if let Some(index) = names.position(|name| *name == attr.key.name)
            && !attr.key.sensitive
        {
            match attr.value() {
                Stored::Str(text) => self.0[index] = Some(Part::Text(strand.text(text))),
                Stored::Int(number) => self.0[index] = Some(Part::Int(number)),
                Stored::Bool(_) | Stored::Double(_) | Stored::Array(_) => {}
            }
        }
    }

    pub(super) fn write(&self, instrument: usize, left_out: &LeftOut, key: &mut Vec<u8>) {
        key.clear();
        key.push(instrument as u8);
        let left_out = &left_out.0[instrument];
        for (index, (part, left_out)) in self.0.iter().zip(left_out).enumerate() {
            match part.filter(|_| !left_out) {
                Some(Part::Text(text)) => {
                    let text = cut(text, MAX_LENGTH);
                    key.extend([index as u8, TEXT, text.len() as u8]);
                    key.extend(text.as_bytes());
                }
                Some(Part::Int(number)) => {
                    key.extend([index as u8, INT]);
                    key.extend(number.to_le_bytes());
                }
                None => {}
            }
        }
    }
}

/// Which attributes of each instrument are left out, since somebody named them as sensitive. A hash would hide nothing of what has
/// few values.
#[derive(Debug)]
pub(super) struct LeftOut(Vec<[bool; MOST_ATTRIBUTES]>);

impl LeftOut {
    pub(super) fn of(sensitive: &Sensitive) -> Self {
        let shown = matches!(sensitive.how(), How::Show);
        let of = |instrument: &Instrument| {
            let name = |index: usize| instrument.attributes.get(index);
            let named = |index| name(index).is_some_and(|name| sensitive.names(name));
            std::array::from_fn(|index| !shown && named(index))
        };
        Self(INSTRUMENTS.iter().map(of).collect())
    }
}

/// The key of the series of an instrument for all that there is no room for.
pub(super) fn overflow(instrument: usize) -> [u8; 2] {
    [instrument as u8, OVERFLOW]
}

pub(super) fn instrument_of(key: &[u8]) -> usize {
    key.first().copied().map_or(0, usize::from)
}

/// What [`Found::write`] wrote, as attributes sorted by their keys.
pub(super) fn attributes_of(key: &[u8]) -> Vec<KeyValue> {
    let names = INSTRUMENTS[instrument_of(key)].attributes;
    let mut rest = key.get(1..).unwrap_or_default();
    if rest == [OVERFLOW] {
        return vec![KeyValue::new("otel.metric.overflow", true)];
    }
    let mut attributes = Vec::new();
    while let [index, kind, tail @ ..] = rest {
        let value: Option<(Value, &[u8])> = match (kind, tail) {
            (&TEXT, [length, tail @ ..]) => tail
                .split_at_checked(usize::from(*length))
                .map(|(text, rest)| (String::from_utf8_lossy(text).into_owned().into(), rest)),
            _ => tail
                .split_first_chunk()
                .map(|(number, rest)| (i64::from_le_bytes(*number).into(), rest)),
        };
        let (Some(name), Some((value, after))) = (names.get(usize::from(*index)), value) else {
            break;
        };
        attributes.push(KeyValue::new(*name, value));
        rest = after;
    }
    attributes.sort_by(|one, other| one.key.cmp(&other.key));
    attributes
}
