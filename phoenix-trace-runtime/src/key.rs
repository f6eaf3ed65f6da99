//! Attribute keys: a name, and as its type parameter the type of the values that it takes.

use std::fmt;
use std::marker::PhantomData;

/// The attribute types of OpenTelemetry, as marker types for [`Key`].
pub mod types {
    use super::sealed::Sealed;

    macro_rules! types {
        ($($(#[$doc:meta])* $name:ident)*) => {$(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl Sealed for $name {}
            impl super::AttributeType for $name {}
        )*};
    }
    types! {
        /// UTF-8 text.
        Str
        /// A signed 64-bit integer. Wider values saturate.
        Int
        /// A 64-bit floating-point number.
        Double
        /// `true` or `false`.
        Bool
        /// An array of strings.
        StrArray
        /// An array of integers.
        IntArray
        /// An array of floating-point numbers.
        DoubleArray
        /// An array of booleans.
        BoolArray
    }
}

mod sealed {
    pub trait Sealed {}
}

/// One of the types in [`types`].
pub trait AttributeType: sealed::Sealed + 'static {}

/// The key of an attribute whose values are of type `T`.
///
/// Keys are usually declared with `attribute_keys!`, which also checks the name:
///
/// ```
/// use phoenix_trace_runtime::key::{Key, types};
///
/// const TASK_ID: Key<types::Str> = Key::new("phoenix.task.id");
/// assert_eq!(TASK_ID.name(), "phoenix.task.id");
/// ```
pub struct Key<T: AttributeType> {
    raw: RawKey,
    value: PhantomData<fn(T)>,
}

/// A key without its type, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawKey {
    pub(crate) name: &'static str,
    pub(crate) sensitive: bool,
}

impl RawKey {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            sensitive: false,
        }
    }
}

impl<T: AttributeType> Key<T> {
    /// A key called `name`. Nothing checks the name here: `attribute_keys!` does.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            raw: RawKey::new(name),
            value: PhantomData,
        }
    }

    /// The same key, its values redacted before they reach an exporter.
    #[must_use]
    pub const fn sensitive(self) -> Self {
        let raw = RawKey {
            name: self.raw.name,
            sensitive: true,
        };
        Self {
            raw,
            value: PhantomData,
        }
    }

    /// The name, as exported.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.raw.name
    }

    /// Are values of this key redacted?
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.raw.sensitive
    }

    #[inline]
    pub(crate) const fn raw(&'static self) -> &'static RawKey {
        &self.raw
    }
}

impl<T: AttributeType> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: AttributeType> Copy for Key<T> {}

impl<T: AttributeType> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.raw.name)
    }
}
