//! Attributes as OTLP's `KeyValue`s, their sizes known before they are written.

use opentelemetry::{Array, Value};

use super::wire::{
    bytes, bytes_len, eight_bytes, number, put_bytes, put_head, put_string, put_varint, varint_len,
};
use crate::record::stored::Stored;
use crate::record::strand::Strand;

/// `AnyValue.string_value`, and so on.
const STRING: u8 = bytes(1);
const BOOL: u8 = number(2);
const INT: u8 = number(3);
const DOUBLE: u8 = eight_bytes(4);
const ARRAY: u8 = bytes(5);

/// `KeyValue.key` and `KeyValue.value`.
const KEY: u8 = bytes(1);
const VALUE: u8 = bytes(2);

/// `ArrayValue.values`.
const ITEM: u8 = bytes(1);

/// Lengths below this take one byte.
const SHORT: usize = 0x80;

/// A value that OTLP has a type for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Any<'a> {
    Bool(bool),
    Int(i64),
    Double(f64),
    Str(&'a str),
    Array(&'a Array),
    Words(&'a [&'static str]),
}

impl<'a> Any<'a> {
    #[inline]
    pub(super) fn stored(strand: &'a Strand, stored: Stored) -> Self {
        match stored {
            Stored::Bool(value) => Self::Bool(value),
            Stored::Int(value) => Self::Int(value),
            Stored::Double(value) => Self::Double(value),
            Stored::Str(text) => Self::Str(strand.text(text)),
            Stored::Array(index) => match strand.arrays.get(index as usize) {
                Some(array) => Self::Array(array),
                None => Self::Words(&[]),
            },
        }
    }

    pub(super) fn of_api(value: &'a Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::I64(value) => Self::Int(*value),
            Value::F64(value) => Self::Double(*value),
            Value::String(value) => Self::Str(value.as_str()),
            Value::Array(array) => Self::Array(array),
            _ => Self::Words(&[]),
        }
    }

    #[inline]
    fn len(self) -> usize {
        match self {
            Self::Bool(_) => 2,
            Self::Int(value) => 1 + varint_len(value as u64),
            Self::Double(_) => 9,
            Self::Str(value) => bytes_len(value.len()),
            Self::Array(_) | Self::Words(_) => bytes_len(self.items_len()),
        }
    }

    #[inline]
    fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::Bool(value) => out.extend_from_slice(&[BOOL, u8::from(value)]),
            Self::Int(value) => {
                out.push(INT);
                put_varint(out, value as u64);
            }
            Self::Double(value) => {
                out.push(DOUBLE);
                out.extend_from_slice(&value.to_le_bytes());
            }
            // Even when it is empty: an `AnyValue` without a field has no value.
            Self::Str(value) => put_bytes(out, STRING, value.as_bytes()),
            Self::Array(_) | Self::Words(_) => {
                put_head(out, ARRAY, self.items_len());
                self.for_each_item(&mut |item| {
                    put_head(out, ITEM, item.len());
                    item.put(out);
                });
            }
        }
    }

    fn items_len(self) -> usize {
        let mut len = 0;
        self.for_each_item(&mut |item| len += bytes_len(item.len()));
        len
    }

    fn for_each_item(self, f: &mut dyn FnMut(Any<'_>)) {
        match self {
            Self::Words(words) => words.iter().for_each(|word| f(Any::Str(word))),
            Self::Array(Array::Bool(items)) => items.iter().for_each(|item| f(Any::Bool(*item))),
            Self::Array(Array::I64(items)) => items.iter().for_each(|item| f(Any::Int(*item))),
            Self::Array(Array::F64(items)) => items.iter().for_each(|item| f(Any::Double(*item))),
            Self::Array(Array::String(items)) => {
                items.iter().for_each(|item| f(Any::Str(item.as_str())));
            }
            _ => {}
        }
    }
}

/// An attribute as the field `field` of the message that is written to `out`.
#[inline]
pub(super) fn put_attribute(out: &mut Vec<u8>, field: u8, key: &str, value: Any<'_>) {
    let value_len = value.len();
    let key_len = if key.is_empty() {
        0
    } else {
        bytes_len(key.len())
    };
    let len = key_len + bytes_len(value_len);
    if len < SHORT && !key.is_empty() {
        // As nearly all are: every length takes one byte.
        out.extend_from_slice(&[field, len as u8, KEY, key.len() as u8]);
        out.extend_from_slice(key.as_bytes());
        match value {
            Any::Str(text) => {
                out.extend_from_slice(&[VALUE, value_len as u8, STRING, text.len() as u8]);
                out.extend_from_slice(text.as_bytes());
            }
            value => {
                out.extend_from_slice(&[VALUE, value_len as u8]);
                value.put(out);
            }
        }
        return;
    }
    put_head(out, field, len);
    put_string(out, KEY, key);
    put_head(out, VALUE, value_len);
    value.put(out);
}
