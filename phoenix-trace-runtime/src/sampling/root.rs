//! A local root that is starting, as its strand has it: nothing is copied.

use std::fmt::{self, Write as _};

use opentelemetry::trace::SpanContext;
use opentelemetry::{Array, Value};

use crate::record::details::StoredLink;
use crate::record::stored::{Record, Stored, StoredAttr, Text};

/// The first span of a strand, and its attributes. No other has started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root<'a> {
    pub(super) record: &'a Record,
    attrs: &'a [StoredAttr],
    text: &'a str,
    arrays: &'a [Array],
    links: &'a [StoredLink],
}

impl<'a> Root<'a> {
    pub(crate) fn new(
        record: &'a Record,
        attrs: &'a [StoredAttr],
        text: &'a str,
        arrays: &'a [Array],
        links: &'a [StoredLink],
    ) -> Self {
        Self {
            record,
            attrs,
            text,
            arrays,
            links,
        }
    }

    /// The name that it was given, unless it is called by its site's.
    pub(super) fn own_name(&self) -> &'a str {
        self.text(self.record.name)
    }

    pub(super) fn name(&self) -> &'a str {
        match self.own_name() {
            "" => self.record.site.name,
            own => own,
        }
    }

    fn text(&self, text: Text) -> &'a str {
        text.of(self.text)
    }

    /// The last value of a key.
    pub(super) fn attribute(&self, key: &str) -> Option<Stored> {
        let attr = self.attrs.iter().rev().find(|attr| attr.key.name == key)?;
        Some(attr.value())
    }

    /// The text of an attribute, if it is one.
    pub(super) fn text_of(&self, key: &str) -> Option<&'a str> {
        match self.attribute(key)? {
            Stored::Str(text) => Some(self.text(text)),
            _ => None,
        }
    }

    /// Is there such an attribute that `matches` as it is printed?
    pub(super) fn prints(&self, key: &str, matches: impl Fn(&str) -> bool) -> bool {
        let mut printed = Printed::default();
        let written = match self.attribute(key) {
            Some(Stored::Str(text)) => return matches(self.text(text)),
            Some(Stored::Bool(value)) => write!(printed, "{value}"),
            Some(Stored::Int(value)) => write!(printed, "{value}"),
            Some(Stored::Double(value)) => write!(printed, "{value}"),
            Some(Stored::Array(_)) | None => return false,
        };
        written.is_ok() && matches(printed.text())
    }

    pub(super) fn links(self) -> impl Iterator<Item = SpanContext> {
        self.links.iter().map(move |link| link.to(self.text))
    }

    pub(super) fn attributes(self) -> impl Iterator<Item = (&'static str, Value)> {
        let attrs = self.attrs.iter();
        attrs.map(move |attr| (attr.key.name, self.value(attr.value())))
    }

    pub(super) fn value(&self, stored: Stored) -> Value {
        match stored {
            Stored::Bool(value) => Value::Bool(value),
            Stored::Int(value) => Value::I64(value),
            Stored::Double(value) => Value::F64(value),
            Stored::Str(text) => Value::String(self.text(text).to_owned().into()),
            Stored::Array(index) => {
                let array = self.arrays.get(index as usize).cloned();
                Value::Array(array.unwrap_or(Array::String(Vec::new())))
            }
        }
    }
}

/// A number as it is printed, in no memory but its own.
#[derive(Default)]
struct Printed {
    bytes: [u8; 32],
    length: usize,
}

impl Printed {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl fmt::Write for Printed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
