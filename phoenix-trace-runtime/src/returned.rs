//! Values that say themselves of which type their attribute is, and what `ret` records of a returned one.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::key::RawKey;
use crate::key::types::Int;
use crate::record::current;
use crate::value::{Attr, ToValue, Value};

/// Where a returned value stands that was not given a key.
const KEY: RawKey = RawKey::new("phoenix.operation.return");

/// A value that says itself of which type the attribute is: numbers, `bool`s, strings, and `Option`s of them. `None` records
/// nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number, `bool` or string, which are recorded by their type",
    label = "expected a number, a `bool` or a string",
    note = "record its `Display` form: `value.to_string()`"
)]
pub trait PlainValue {
    /// The value to record.
    fn to_value(&self) -> Value<'_>;
}

/// What `ret` records by its type.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`ret` records numbers, `bool`s and strings by their type, and `{Self}` is none of them",
    label = "this returns `{Self}`",
    note = "write `ret(%)` to record its `Display` form, `ret(?)` for its `Debug` form, or `ret(keys::MY_KEY = |value| ..)` for a part of it"
)]
pub trait ReturnedValue: PlainValue {}
#[diagnostic::do_not_recommend]
impl<V: PlainValue + ?Sized> ReturnedValue for V {}

macro_rules! returned {
    ($($from:ty: |$v:ident| $value:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl PlainValue for $from {
            fn to_value(&self) -> Value<'_> {
                let $v = self;
                $value
            }
        }
    )*};
}

returned! {
    bool: |v| Value::Bool(*v);
    i8: |v| ToValue::<Int>::to_value(v);
    i16: |v| ToValue::<Int>::to_value(v);
    i32: |v| ToValue::<Int>::to_value(v);
    i64: |v| ToValue::<Int>::to_value(v);
    i128: |v| ToValue::<Int>::to_value(v);
    isize: |v| ToValue::<Int>::to_value(v);
    u8: |v| ToValue::<Int>::to_value(v);
    u16: |v| ToValue::<Int>::to_value(v);
    u32: |v| ToValue::<Int>::to_value(v);
    u64: |v| ToValue::<Int>::to_value(v);
    u128: |v| ToValue::<Int>::to_value(v);
    usize: |v| ToValue::<Int>::to_value(v);
    f32: |v| Value::Double(f64::from(*v));
    f64: |v| Value::Double(*v);
    str: |v| Value::Str(v);
    String: |v| Value::Str(v);
    Cow<'_, str>: |v| Value::Str(v);
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<V: PlainValue + ?Sized> PlainValue for $pointer {
            fn to_value(&self) -> Value<'_> {
                (**self).to_value()
            }
        }
    )*};
}
through_pointer!(&V, &mut V, Box<V>, Rc<V>, Arc<V>);

#[diagnostic::do_not_recommend]
impl<V: PlainValue> PlainValue for Option<V> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::None, PlainValue::to_value)
    }
}

/// Values of several types, for pairs that stand together.
#[diagnostic::do_not_recommend]
impl PlainValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        *self
    }
}

/// Records a returned value by its type on the current span.
pub(crate) fn record(value: &(impl ReturnedValue + ?Sized)) {
    let value = value.to_value();
    current::record(&[Attr { key: &KEY, value }]);
}

/// Records the text of a returned value on the current span.
pub(crate) fn record_text(text: fmt::Arguments<'_>) {
    let value = Value::Format(text);
    current::record(&[Attr { key: &KEY, value }]);
}
