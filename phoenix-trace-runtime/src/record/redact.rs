//! A decided strand before its first exporter sees it: what may not leave the process is dropped, hashed or shown, and texts
//! are as long as their keys allow. It is done once, in place, on the exporting thread: recording pays nothing for it.

use opentelemetry::{Array, StringValue};

use super::stored::{Stored, StoredAttr, Text};
use super::strand::Strand;
use super::told::cut;
use crate::sensitive::{Hasher, How, Sensitive};

impl Strand {
    /// Redacts the values of sensitive keys, and cuts those of keys with a length of their own.
    pub(crate) fn redact(&mut self, sensitive: &Sensitive) {
        let is_plain = |attr: &StoredAttr| attr.key.is_plain() && !sensitive.names(attr.key.name);
        if self.attrs.iter().all(is_plain) {
            return;
        }
        let mut attrs = std::mem::take(&mut self.attrs);
        attrs.retain_mut(|attr| {
            if is_plain(attr) {
                return true;
            }
            if attr.key.sensitive || sensitive.names(attr.key.name) {
                match sensitive.how() {
                    How::Drop | How::HashWithout(_) => return false,
                    How::Hash(hasher) => {
                        let hashed = self.hashed(attr, hasher);
                        *attr = StoredAttr::new(attr.owner, attr.key, hashed);
                        return true;
                    }
                    How::Show => {}
                }
            }
            let shortened = self.shortened(attr.value(), attr.key.max_length);
            *attr = StoredAttr::new(attr.owner, attr.key, shortened);
            true
        });
        self.attrs = attrs;
    }

    fn hashed(&mut self, attr: &StoredAttr, hasher: &Hasher) -> Stored {
        let hash = match attr.value() {
            Stored::Bool(value) => hasher.hash(value.to_string().as_bytes()),
            Stored::Int(value) => hasher.hash(value.to_string().as_bytes()),
            Stored::Double(value) => hasher.hash(value.to_string().as_bytes()),
            Stored::Str(text) => hasher.hash(self.text(text).as_bytes()),
            Stored::Array(index) => {
                if let Some(array) = self.arrays.get_mut(index as usize) {
                    *array = Array::String(hashes(array, hasher));
                }
                return Stored::Array(index);
            }
        };
        let (start, len) = (self.text.len(), hash.len());
        self.text.push_str(&hash);
        // A text that is longer than its places can tell is empty.
        let place = |start: usize, len: usize| {
            let (start, len) = (u32::try_from(start).ok()?, u32::try_from(len).ok()?);
            start.checked_add(len)?;
            Some(Text { start, len })
        };
        Stored::Str(place(start, len).unwrap_or_default())
    }

    fn shortened(&mut self, value: Stored, limit: usize) -> Stored {
        match value {
            Stored::Str(text) => Stored::Str(Text {
                start: text.start,
                // It is no longer than it was.
                len: cut(self.text(text), limit).len() as u32,
            }),
            Stored::Array(index) => {
                if let Some(Array::String(items)) = self.arrays.get_mut(index as usize) {
                    for item in items.iter_mut().filter(|item| item.as_str().len() > limit) {
                        *item = cut(item.as_str(), limit).to_owned().into();
                    }
                }
                value
            }
            Stored::Bool(_) | Stored::Int(_) | Stored::Double(_) => value,
        }
    }
}

fn hashes(array: &Array, hasher: &Hasher) -> Vec<StringValue> {
    fn each<T>(items: &[T], hasher: &Hasher, printed: impl Fn(&T) -> String) -> Vec<StringValue> {
        items
            .iter()
            .map(|item| hasher.hash(printed(item).as_bytes()).into())
            .collect()
    }
    match array {
        Array::Bool(items) => each(items, hasher, ToString::to_string),
        Array::I64(items) => each(items, hasher, ToString::to_string),
        Array::F64(items) => each(items, hasher, ToString::to_string),
        Array::String(items) => each(items, hasher, |item| item.as_str().to_owned()),
        // No other kind is recorded.
        _ => Vec::new(),
    }
}
