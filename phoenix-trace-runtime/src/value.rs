//! Attribute values on their way into the recorder: borrowed, typed, formatted only when recorded.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::key::types::{Bool, BoolArray, Double, DoubleArray, Int, IntArray, Str, StrArray};
use crate::key::{AttributeType, Key, RawKey};

/// A value that is about to be recorded.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Nothing: the attribute is left out.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// Text.
    Str(&'a str),
    /// Text in pieces, stored one after the other.
    Parts(&'a [&'a str]),
    /// Text that is formatted when it is recorded.
    Format(fmt::Arguments<'a>),
    /// An array of booleans.
    Bools(&'a dyn Elements<Bool>),
    /// An array of integers.
    Ints(&'a dyn Elements<Int>),
    /// An array of floating-point numbers.
    Doubles(&'a dyn Elements<Double>),
    /// An array of strings.
    Strs(&'a dyn Elements<Str>),
}

/// The elements of an array attribute.
pub trait Elements<T: AttributeType> {
    /// Calls `each` with every element in order.
    fn visit(&self, each: &mut dyn FnMut(Value<'_>));
}

/// A value that an attribute of type `T` takes.
///
/// Integers of every width are [`Int`]s (those that do not fit saturate), floating-point numbers and 32-bit integers are
/// [`Double`]s, everything string-like is a [`Str`]. `None` records nothing. For a type of your own, implement it, or
/// record the value with `%` (its `Display`) or `?` (its `Debug`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of an attribute of type `{T}`",
    label = "expected a value of type `{T}`",
    note = "write `%value` to record its `Display` form as a string, `?value` for its `Debug` form"
)]
pub trait ToValue<T: AttributeType> {
    /// The value to record.
    fn to_value(&self) -> Value<'_>;
}

macro_rules! to_value {
    ($($from:ty => $type:ty: |$v:ident| $value:expr;)*) => {$(
        impl ToValue<$type> for $from {
            #[inline]
            fn to_value(&self) -> Value<'_> {
                let $v = self;
                $value
            }
        }
    )*};
}

to_value! {
    bool => Bool: |v| Value::Bool(*v);
    i8 => Int: |v| Value::Int(i64::from(*v));
    i16 => Int: |v| Value::Int(i64::from(*v));
    i32 => Int: |v| Value::Int(i64::from(*v));
    i64 => Int: |v| Value::Int(*v);
    i128 => Int: |v| Value::Int(i64::try_from(*v).unwrap_or(if *v < 0 { i64::MIN } else { i64::MAX }));
    isize => Int: |v| Value::Int(i64::try_from(*v).unwrap_or(if *v < 0 { i64::MIN } else { i64::MAX }));
    u8 => Int: |v| Value::Int(i64::from(*v));
    u16 => Int: |v| Value::Int(i64::from(*v));
    u32 => Int: |v| Value::Int(i64::from(*v));
    u64 => Int: |v| Value::Int(i64::try_from(*v).unwrap_or(i64::MAX));
    u128 => Int: |v| Value::Int(i64::try_from(*v).unwrap_or(i64::MAX));
    usize => Int: |v| Value::Int(i64::try_from(*v).unwrap_or(i64::MAX));
    f32 => Double: |v| Value::Double(f64::from(*v));
    f64 => Double: |v| Value::Double(*v);
    i32 => Double: |v| Value::Double(f64::from(*v));
    u32 => Double: |v| Value::Double(f64::from(*v));
    str => Str: |v| Value::Str(v);
    String => Str: |v| Value::Str(v);
    Cow<'_, str> => Str: |v| Value::Str(v);
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => {$(
        impl<T: AttributeType, V: ToValue<T> + ?Sized> ToValue<T> for $pointer {
            #[inline]
            fn to_value(&self) -> Value<'_> {
                (**self).to_value()
            }
        }
    )*};
}
through_pointer!(&V, &mut V, Box<V>, Rc<V>, Arc<V>);

impl<T: AttributeType, V: ToValue<T>> ToValue<T> for Option<V> {
    #[inline]
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::None, ToValue::to_value)
    }
}

macro_rules! arrays {
    ($($element:ident in $array:ident as $variant:ident;)*) => {$(
        array!($element in $array as $variant: Vec<V>, &[V], &mut [V], Box<[V]>, Rc<[V]>, Arc<[V]>);
        impl<V: ToValue<$element>, const N: usize> Elements<$element> for [V; N] {
            fn visit(&self, each: &mut dyn FnMut(Value<'_>)) {
                self.iter().for_each(|v| each(v.to_value()));
            }
        }
        impl<V: ToValue<$element>, const N: usize> ToValue<$array> for [V; N] {
            fn to_value(&self) -> Value<'_> {
                Value::$variant(self)
            }
        }
    )*};
}
macro_rules! array {
    ($element:ident in $array:ident as $variant:ident: $($from:ty),*) => {$(
        impl<V: ToValue<$element>> Elements<$element> for $from {
            fn visit(&self, each: &mut dyn FnMut(Value<'_>)) {
                self.iter().for_each(|v| each(v.to_value()));
            }
        }
        impl<V: ToValue<$element>> ToValue<$array> for $from {
            fn to_value(&self) -> Value<'_> {
                Value::$variant(self)
            }
        }
    )*};
}
arrays! {
    Bool in BoolArray as Bools;
    Int in IntArray as Ints;
    Double in DoubleArray as Doubles;
    Str in StrArray as Strs;
}

/// One attribute that is about to be recorded.
#[derive(Clone, Copy)]
pub struct Attr<'a> {
    pub(crate) key: &'static RawKey,
    pub(crate) value: Value<'a>,
}

impl<'a> Attr<'a> {
    /// `value` under `key`.
    #[inline]
    pub fn new<T: AttributeType, V: ToValue<T> + ?Sized>(
        key: &'static Key<T>,
        value: &'a V,
    ) -> Self {
        Self {
            key: key.raw(),
            value: value.to_value(),
        }
    }

    /// Text under `key`, formatted when it is recorded.
    #[inline]
    pub fn format(key: &'static Key<Str>, text: fmt::Arguments<'a>) -> Self {
        Self {
            key: key.raw(),
            value: Value::Format(text),
        }
    }
}

impl fmt::Debug for Attr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_that_do_not_fit_saturate() {
        let int = |v: &dyn ToValue<Int>| match v.to_value() {
            Value::Int(i) => i,
            _ => unreachable!("an integer type"),
        };
        assert_eq!(int(&u64::MAX), i64::MAX);
        assert_eq!(int(&u128::MAX), i64::MAX);
        assert_eq!(int(&i128::MIN), i64::MIN);
        assert_eq!(int(&-3_i8), -3);
        assert_eq!(int(&Some(7_usize)), 7);
    }

    #[test]
    fn none_is_left_out_and_arrays_keep_their_type() {
        assert!(matches!(
            ToValue::<Str>::to_value(&None::<String>),
            Value::None
        ));
        assert!(matches!(
            ToValue::<IntArray>::to_value(&vec![1_u8]),
            Value::Ints(_)
        ));
        assert!(matches!(
            ToValue::<StrArray>::to_value(&["a", "b"]),
            Value::Strs(_)
        ));
        let (boxed, shared): (Box<[u8]>, Arc<[String]>) = (Box::new([1]), Arc::new([]));
        assert!(matches!(
            ToValue::<IntArray>::to_value(&Some(boxed)),
            Value::Ints(_)
        ));
        assert!(matches!(
            ToValue::<StrArray>::to_value(&shared),
            Value::Strs(_)
        ));
    }
}
