//! Attribute keys: a name, and as its type parameter the type of the values that it takes.

use std::fmt;
use std::marker::PhantomData;

/// The attribute types of OpenTelemetry, as marker types for [`Key`].
pub mod types {
    use super::sealed::Sealed;

    use std::marker::PhantomData;

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
        /// Nothing: the type of a key that was replaced by another, which its deprecation names.
        Replaced
    }

    /// Text from a closed set: the variants of `E`, an enum that `attribute_keys!` makes.
    pub struct OneOf<E>(PhantomData<fn(E)>, std::convert::Infallible);

    impl<E: 'static> Sealed for OneOf<E> {}
    impl<E: 'static> super::AttributeType for OneOf<E> {}

    impl<E> std::fmt::Debug for OneOf<E> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("OneOf")
        }
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
/// use phoenix_trace::key::{Key, types};
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
    /// How much of a text is exported, in bytes.
    pub(crate) max_length: usize,
    /// Was it never declared, but given with a value at run time?
    pub(crate) foreign: bool,
}

impl RawKey {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            sensitive: false,
            max_length: usize::MAX,
            foreign: false,
        }
    }

    /// A key of another library, given at run time.
    pub(crate) const fn foreign(name: &'static str) -> Self {
        Self {
            foreign: true,
            ..Self::new(name)
        }
    }

    /// Are its values exported as they were recorded?
    #[inline]
    pub(crate) const fn is_plain(&self) -> bool {
        !self.sensitive && self.max_length == usize::MAX
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

    /// The same key, its values redacted before they reach an exporter: left out, unless the configuration says otherwise
    /// ([`Sensitive`](crate::Sensitive)).
    #[must_use]
    pub const fn sensitive(self) -> Self {
        let raw = RawKey {
            sensitive: true,
            ..self.raw
        };
        Self {
            raw,
            value: PhantomData,
        }
    }

    /// The same key, at most `bytes` of a text exported, and of each text in an array; what is longer is cut where a
    /// character ends. Other values are exported as they are. The limit for all keys holds besides.
    #[must_use]
    pub const fn max_length(self, bytes: usize) -> Self {
        let raw = RawKey {
            max_length: bytes,
            ..self.raw
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
