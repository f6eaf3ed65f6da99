//! What is recorded on the spans of a strand: attributes, and the text that they and names consist of. A span holds as many
//! keys as its limit says; values that are set again take no room there, and what the recorder itself has to say fits.

use std::collections::HashSet;

use super::failure::keys;
use super::stored::{EVENT, LINK, NONE, Record, Rendered, Stored, StoredAttr, Text};
use super::strand::Strand;
use super::told::cut;
use crate::key::RawKey;
use crate::value::{Attr, Value};

/// Room for the texts of failures where all other texts have found none, in bytes.
const TEXT_FOR_FAILURES: usize = 64 * 1024;

/// A value as it can be had while the strand is borrowed.
enum Plain {
    Stored(Stored),
    Nothing,
    /// It must be asked for by code that is not ours.
    Lazy,
}

impl Strand {
    /// Records the attributes that are plain values. Tells whether there are others.
    pub(crate) fn set_plain(&mut self, owner: u32, attrs: &[Attr<'_>]) -> bool {
        let owner = self.owner(owner);
        let limit = usize::from(self.pipeline.limits.attributes);
        let room =
            |record: &Record| record.end == 0 && usize::from(record.attrs) + attrs.len() <= limit;
        if self.records.get(owner as usize).is_some_and(room) && !self.details_are_full() {
            self.set_all(owner, attrs)
        } else {
            self.set_one_by_one(owner, attrs)
        }
    }

    /// The same for the span that has just started.
    #[inline]
    pub(super) fn describe(&mut self, attrs: &[Attr<'_>]) -> bool {
        let owner = self.records.len().wrapping_sub(1) as u32;
        if attrs.len() <= usize::from(self.pipeline.limits.attributes) && !self.details_are_full() {
            self.set_all(owner, attrs)
        } else {
            self.set_one_by_one(owner, attrs)
        }
    }

    #[inline]
    fn set_all(&mut self, owner: u32, attrs: &[Attr<'_>]) -> bool {
        let (before, mut lazy) = (self.attrs.len(), false);
        for attr in attrs {
            // The most frequent kinds here, where no value is moved through memory.
            let stored = match attr.value {
                Value::Int(v) => StoredAttr::new(owner, attr.key, Stored::Int(v)),
                Value::Str(v) if !self.text_is_full() => {
                    let text = self.push_text(cut(v, self.pipeline.limits.value_length));
                    StoredAttr::new(owner, attr.key, Stored::Str(text))
                }
                Value::None => continue,
                _ => match self.stored(owner, attr.value) {
                    Plain::Stored(value) => StoredAttr::new(owner, attr.key, value),
                    Plain::Nothing => continue,
                    Plain::Lazy => {
                        lazy = true;
                        continue;
                    }
                },
            };
            self.attrs.push(stored);
        }
        let added = self.attrs.len() - before;
        if let Some(record) = self.records.get_mut(owner as usize) {
            record.attrs += added as u16;
        }
        lazy
    }

    /// For events, and near the limit of a span's attributes.
    #[inline(never)]
    fn set_one_by_one(&mut self, owner: u32, attrs: &[Attr<'_>]) -> bool {
        let mut lazy = false;
        for attr in attrs {
            match self.stored(owner, attr.value) {
                Plain::Stored(value) => {
                    self.push_attr(owner, attr.key, value);
                }
                Plain::Nothing => {}
                Plain::Lazy => lazy = true,
            }
        }
        lazy
    }

    #[inline(never)]
    fn stored(&mut self, owner: u32, value: Value<'_>) -> Plain {
        Plain::Stored(match value {
            Value::Int(v) => Stored::Int(v),
            Value::Str(_) | Value::Parts(_) if self.text_is_full() => {
                self.drop_attr(owner);
                return Plain::Nothing;
            }
            Value::Str(v) => {
                let limit = self.pipeline.limits.value_length;
                Stored::Str(self.push_text(cut(v, limit)))
            }
            Value::Bool(v) => Stored::Bool(v),
            Value::Double(v) => Stored::Double(v),
            Value::Parts(parts) => {
                Stored::Str(self.push_parts(parts, self.pipeline.limits.value_length))
            }
            Value::None => return Plain::Nothing,
            _ => return Plain::Lazy,
        })
    }

    /// Records a value that was rendered outside of the recorder.
    pub(crate) fn set_rendered(&mut self, owner: u32, key: &'static RawKey, value: Rendered) {
        let owner = self.owner(owner);
        match value {
            Rendered::Text(_) if self.text_is_full() => self.drop_attr(owner),
            Rendered::Text(text) => {
                let value = Stored::Str(self.push_text(&text));
                self.push_attr(owner, key, value);
            }
            Rendered::Array(array) if !self.has_room_for(array_bytes(&array)) => {
                self.drop_attr(owner);
            }
            Rendered::Array(array) => {
                // An array that is set again takes the place of the one before.
                let before = self
                    .attrs
                    .iter()
                    .rev()
                    .find(|a| a.owner == owner && a.key.name == key.name);
                if let Some(Stored::Array(index)) = before.map(StoredAttr::value)
                    && let Some(slot) = self.arrays.get_mut(index as usize)
                {
                    *slot = array;
                    return;
                }
                let index = u32::try_from(self.arrays.len()).unwrap_or(NONE);
                if self.push_attr(owner, key, Stored::Array(index)) {
                    self.arrays.push(array);
                }
            }
        }
    }

    /// Is there room for it?
    #[inline]
    pub(super) fn push_attr(&mut self, owner: u32, key: &'static RawKey, value: Stored) -> bool {
        if self.details_are_full() && !keys::OWN.contains(key) {
            self.drop_attr(owner);
            return false;
        }
        if owner & (EVENT | LINK) == 0 {
            let Some(record) = self.records.get_mut(owner as usize) else {
                return false;
            };
            if record.end != 0 {
                return false;
            }
            if record.attrs >= self.pipeline.limits.attributes {
                return self.push_attr_at_limit(owner, key, value);
            }
            record.attrs += 1;
        } else if !self.admit_detail(owner) {
            return false;
        }
        self.attrs.push(StoredAttr::new(owner, key, value));
        true
    }

    /// The limit is one of keys: values that were set again make room. What the recorder itself has to say always fits.
    #[cold]
    fn push_attr_at_limit(&mut self, owner: u32, key: &'static RawKey, value: Stored) -> bool {
        let mine = |attr: &StoredAttr| attr.owner == owner && attr.key.name == key.name;
        if let Some(there) = self.attrs.iter_mut().rev().find(|attr| mine(attr)) {
            *there = StoredAttr::new(owner, key, value);
            return true;
        }
        let distinct = self.forget_overwritten(owner);
        let Some(record) = self.records.get_mut(owner as usize) else {
            return false;
        };
        record.attrs = distinct;
        if distinct >= self.pipeline.limits.attributes && !keys::OWN.contains(key) {
            self.drop_attr(owner);
            return false;
        }
        record.attrs = record.attrs.saturating_add(1);
        self.attrs.push(StoredAttr::new(owner, key, value));
        true
    }

    /// Leaves the last value of each key of a span, and tells how many keys it has.
    fn forget_overwritten(&mut self, owner: u32) -> u16 {
        let mut seen = HashSet::new();
        let mut overwritten = HashSet::new();
        for (index, attr) in self.attrs.iter().enumerate().rev() {
            if attr.owner == owner && !seen.insert(attr.key.name) {
                overwritten.insert(index);
            }
        }
        let mut index = 0;
        self.attrs.retain(|_| {
            index += 1;
            !overwritten.contains(&(index - 1))
        });
        u16::try_from(seen.len()).unwrap_or(u16::MAX)
    }

    /// Has the strand no room for texts that are no failure's?
    #[inline]
    fn text_is_full(&mut self) -> bool {
        self.text.len() >= self.text_room && !self.make_text_room()
    }

    #[inline]
    pub(super) fn push_text(&mut self, text: &str) -> Text {
        let (Ok(start), Ok(len)) = (u32::try_from(self.text.len()), u32::try_from(text.len()))
        else {
            return Text::default();
        };
        let reserve = if self.telling_failure {
            TEXT_FOR_FAILURES
        } else {
            0
        };
        if start as usize + len as usize > self.pipeline.limits.text_per_segment + reserve {
            return Text::default();
        }
        self.text.push_str(text);
        Text { start, len }
    }

    pub(super) fn push_parts(&mut self, parts: &[&str], limit: usize) -> Text {
        let mut whole = Text::default();
        for part in parts {
            let text = self.push_text(cut(part, limit.saturating_sub(whole.len as usize)));
            if whole.len == 0 {
                whole = text;
            } else {
                whole.len += text.len;
            }
        }
        whole
    }
}

pub(crate) fn array_bytes(array: &opentelemetry::Array) -> usize {
    use opentelemetry::Array;
    match array {
        Array::Bool(values) => values.len(),
        Array::I64(values) => 8 * values.len(),
        Array::F64(values) => 8 * values.len(),
        Array::String(values) => values.iter().map(|value| 24 + value.as_str().len()).sum(),
        _ => 0,
    }
}
