//! What a strand's buffers consist of: records of spans, attributes, events, and places in the text.

use super::clock::Ticks;
use super::site::Site;
use crate::key::RawKey;

/// In place of a span's number: none.
pub(crate) const NONE: u32 = u32::MAX;
/// Set in the owner of an attribute that belongs to an event.
pub(crate) const EVENT: u32 = 1 << 31;
/// Set in the owner of an attribute that belongs to a link.
pub(crate) const LINK: u32 = 1 << 30;

/// A piece of a strand's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl Text {
    /// The piece, of the text that it is one of.
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..(self.start + self.len) as usize)
            .unwrap_or_default()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The same piece, where the text stands so many bytes further on.
    pub(super) const fn moved_by(self, bytes: u32) -> Self {
        Self {
            start: self.start + bytes,
            len: self.len,
        }
    }
}

/// One span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) site: &'static Site,
    /// Its parent's number, or [`NONE`]: the span that the strand itself hangs under.
    pub(crate) parent: u32,
    pub(crate) attrs: u16,
    pub(crate) events: u16,
    pub(crate) links: u16,
    pub(crate) failed: bool,
    /// Has somebody said that all is well, which is final?
    pub(crate) ok: bool,
    pub(crate) start: Ticks,
    /// Zero while it is open.
    pub(crate) end: Ticks,
    /// Instead of the site's name, when its length is not zero.
    pub(crate) name: Text,
    /// The status description; only with `failed`.
    pub(crate) message: Text,
    /// The message of the exception that this span told of itself or took over from a child.
    pub(crate) exception: Text,
}

/// The value of an attribute, its text or array by place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stored {
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(Text),
    Array(u32),
}

/// An attribute of the span whose record is at `owner`, of event `owner & !EVENT`, or of link `owner & !LINK`. Its value is
/// kept as plain bits: written and read in machine words, never as an enum that is moved about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredAttr {
    pub(crate) key: &'static RawKey,
    bits: u64,
    pub(crate) owner: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Double,
    Str,
    Array,
}

impl StoredAttr {
    #[inline]
    pub(super) fn new(owner: u32, key: &'static RawKey, value: Stored) -> Self {
        let (kind, bits) = match value {
            Stored::Bool(v) => (Kind::Bool, u64::from(v)),
            Stored::Int(v) => (Kind::Int, v.cast_unsigned()),
            Stored::Double(v) => (Kind::Double, v.to_bits()),
            Stored::Str(text) => (Kind::Str, u64::from(text.start) << 32 | u64::from(text.len)),
            Stored::Array(index) => (Kind::Array, u64::from(index)),
        };
        Self {
            key,
            bits,
            owner,
            kind,
        }
    }

    /// The same of a span so many places further on, where the text stands so many bytes further on.
    #[inline]
    pub(super) const fn moved_by(self, places: u32, bytes: u32) -> Self {
        let bits = match self.kind {
            Kind::Str => self.bits + ((bytes as u64) << 32),
            _ => self.bits,
        };
        Self {
            bits,
            owner: self.owner + places,
            ..self
        }
    }

    pub(crate) fn value(&self) -> Stored {
        let (high, low) = ((self.bits >> 32) as u32, self.bits as u32);
        match self.kind {
            Kind::Bool => Stored::Bool(self.bits != 0),
            Kind::Int => Stored::Int(self.bits.cast_signed()),
            Kind::Double => Stored::Double(f64::from_bits(self.bits)),
            Kind::Str => Stored::Str(Text {
                start: high,
                len: low,
            }),
            Kind::Array => Stored::Array(low),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredEvent {
    pub(crate) owner: u32,
    /// Unless it has a name of its own, which stands in the strand's text.
    pub(crate) name: &'static str,
    pub(crate) own_name: Text,
    pub(crate) at: Ticks,
    pub(crate) attrs: u16,
    pub(crate) dropped_attrs: u16,
}

/// A value that had to be asked for before it is stored: by then nothing of the recorder is borrowed.
pub(crate) enum Rendered {
    Text(String),
    Array(opentelemetry::Array),
}

impl Record {
    pub(crate) fn has_own_name(&self) -> bool {
        self.name.len > 0
    }
}
