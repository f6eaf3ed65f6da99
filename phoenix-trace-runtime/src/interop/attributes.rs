//! Attributes of the API as the recorder stores them: every type that the API has, bounded in length and number.

use opentelemetry::{Array, KeyValue, StringValue, Value as ApiValue};

use super::words;
use crate::record::attributes::array_bytes;
use crate::record::stored::Rendered;
use crate::record::strand::Strand;
use crate::record::told::{bounded, cut};
use crate::value::{Attr, Value};

/// What an array holds at most.
const ELEMENTS: usize = 1024;

/// Makes of attributes what they were before somebody made text of them.
pub(super) fn restore(attributes: &mut [KeyValue]) {
    #[cfg(feature = "tracing")]
    super::integers::restore(attributes);
    #[cfg(not(feature = "tracing"))]
    let _ = attributes;
}

/// Those that are plain values, as a span that starts takes them.
pub(super) fn plain(attributes: &[KeyValue]) -> Vec<Attr<'_>> {
    attributes.iter().filter_map(as_plain).collect()
}

fn as_plain(attribute: &KeyValue) -> Option<Attr<'_>> {
    let value = match &attribute.value {
        ApiValue::Bool(v) => Value::Bool(*v),
        ApiValue::I64(v) => Value::Int(*v),
        ApiValue::F64(v) => Value::Double(*v),
        ApiValue::String(v) => Value::Str(v.as_str()),
        _ => return None,
    };
    let key = words::key(attribute.key.as_str())?;
    Some(Attr { key, value })
}

/// Records attributes on a span, an event or a link.
pub(super) fn put(strand: &mut Strand, owner: u32, attributes: Vec<KeyValue>) {
    for attribute in attributes {
        match as_plain(&attribute) {
            Some(attr) => {
                strand.set_plain(owner, &[attr]);
            }
            None => put_other(strand, owner, attribute),
        }
    }
}

/// The same for those of a span that has started with those that are plain.
pub(super) fn put_others(strand: &mut Strand, owner: u32, attributes: &[KeyValue]) {
    for attribute in attributes {
        if as_plain(attribute).is_none() {
            put_other(strand, owner, attribute.clone());
        }
    }
}

fn put_other(strand: &mut Strand, owner: u32, attribute: KeyValue) {
    let Some(key) = words::key(attribute.key.as_str()) else {
        let place = strand.owner(owner);
        strand.drop_attr(place);
        return;
    };
    let limit = strand.pipeline.limits.value_length;
    let value = match attribute.value {
        ApiValue::Array(array) => Rendered::Array(bounded_array(array, limit)),
        other => Rendered::Text(bounded(format_args!("{other}"), limit)),
    };
    strand.set_rendered(owner, key, value);
}

fn bounded_array(mut array: Array, limit: usize) -> Array {
    match &mut array {
        Array::Bool(values) => values.truncate(ELEMENTS),
        Array::I64(values) => values.truncate(ELEMENTS),
        Array::F64(values) => values.truncate(ELEMENTS),
        Array::String(values) => {
            values.truncate(ELEMENTS);
            for value in values {
                if value.as_str().len() > limit {
                    *value = StringValue::from(cut(value.as_str(), limit).to_owned());
                }
            }
        }
        _ => {}
    }
    array
}

/// What attributes hold in memory.
pub(super) fn bytes(attributes: &[KeyValue]) -> usize {
    let text = |attribute: &KeyValue| {
        attribute.key.as_str().len()
            + match &attribute.value {
                ApiValue::String(text) => text.as_str().len(),
                ApiValue::Array(array) => array_bytes(array),
                _ => 0,
            }
    };
    size_of_val(attributes) + attributes.iter().map(text).sum::<usize>()
}
