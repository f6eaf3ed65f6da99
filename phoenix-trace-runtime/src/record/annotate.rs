//! Attributes whose keys are known at run time only: those that a sampler adds to a local root.

use std::collections::HashMap;
use std::sync::Mutex;

use opentelemetry::{KeyValue, Value as ApiValue};

use super::segment::lock;
use super::stored::{Rendered, Stored};
use super::strand::Strand;
use super::told::cut;
use crate::key::RawKey;

/// The key called `name`, kept for the life of the process. `None`: there are very many already.
fn key(name: &str) -> Option<&'static RawKey> {
    const KEYS: usize = 256;
    static KNOWN: Mutex<Option<HashMap<String, &'static RawKey>>> = Mutex::new(None);
    let mut known = lock(&KNOWN);
    let known = known.get_or_insert_default();
    if let Some(key) = known.get(name) {
        return Some(key);
    }
    if known.len() >= KEYS {
        return None;
    }
    let key: &'static RawKey = Box::leak(Box::new(RawKey::new(name.to_owned().leak())));
    known.insert(name.to_owned(), key);
    Some(key)
}

impl Strand {
    /// Adds attributes to its first span.
    #[cold]
    pub(super) fn annotate(&mut self, attributes: &[KeyValue]) {
        let limit = self.pipeline.limits.value_length;
        for KeyValue { key, value, .. } in attributes {
            let Some(key) = self::key(key.as_str()) else {
                continue;
            };
            let owner = self.owner(0);
            match value {
                ApiValue::Bool(value) => {
                    self.push_attr(owner, key, Stored::Bool(*value));
                }
                ApiValue::I64(value) => {
                    self.push_attr(owner, key, Stored::Int(*value));
                }
                ApiValue::F64(value) => {
                    self.push_attr(owner, key, Stored::Double(*value));
                }
                ApiValue::String(text) => {
                    let text = Rendered::Text(cut(text.as_str(), limit).to_owned());
                    self.set_rendered(0, key, text);
                }
                ApiValue::Array(array) => {
                    self.set_rendered(0, key, Rendered::Array(array.clone()));
                }
                _ => {}
            }
        }
    }
}
