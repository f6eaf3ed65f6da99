//! Whether a returned value is a `Result`, and of what, is decided by its type, through method resolution on references,
//! never by how it is spelled. It needs the syntax of method calls where the user's traits may be in scope, so the methods have names
//! that nobody else uses.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::ops::Deref;

#[cfg(feature = "grpc")]
use super::of_status;
use super::{
    ErrorType, Failure, Message, Outcome, of_error, of_named, of_pointer, short_type_name,
    source_of,
};

/// A reference to a returned value, for method resolution.
#[doc(hidden)]
pub struct Probe<'a, T>(pub &'a T);

/// Trait objects that are errors, as what `Box<dyn Error>` and its like point to.
#[doc(hidden)]
pub trait AsError {
    fn cause(&self) -> Option<&(dyn Error + 'static)>;
}

macro_rules! as_error {
    ($($error:ty),*) => {$(
        impl AsError for $error {
            fn cause(&self) -> Option<&(dyn Error + 'static)> {
                source_of(self)
            }
        }
    )*};
}
as_error!(
    dyn Error + '_,
    dyn Error + Send + '_,
    dyn Error + Sync + '_,
    dyn Error + Send + Sync + '_
);

macro_rules! levels {
    ($($(#[$doc:meta])* $trait:ident for $probe:ty, [$($bounds:tt)*], |$error:ident| $failure:expr;)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        pub trait $trait<'a> {
            fn __phoenix_outcome(&self) -> Outcome<'a>;
        }
        impl<'a, T, E> $trait<'a> for $probe where $($bounds)* {
            #[inline]
            fn __phoenix_outcome(&self) -> Outcome<'a> {
                match self.0 {
                    Ok(_) => Outcome::Ok,
                    Err($error) => Outcome::Err($failure),
                }
            }
        }
    )*};
}

// No level asks for `'static`: which one is taken is decided before lifetimes are looked at, and an error that borrows would
// be refused.
levels! {
    /// An error that names its own type.
    ResultOfNamed for &&&&&&Probe<'a, Result<T, E>>, [E: ErrorType],
        |error| of_named(error);
    /// An error with its chain of sources.
    ResultOfError for &&&&&Probe<'a, Result<T, E>>, [E: Error],
        |error| of_error(error);
    /// A pointer to one: `Box<dyn Error>`, `anyhow::Error`.
    ResultOfPointer for &&&&Probe<'a, Result<T, E>>, [E: Display + Deref, E::Target: AsError],
        |error| of_pointer(error);
    /// Something that can be displayed.
    ResultOfDisplay for &&&Probe<'a, Result<T, E>>, [E: Display],
        |error| Failure::new(short_type_name::<E>()).message(error);
    /// Something that can be debugged.
    ResultOfDebug for &&Probe<'a, Result<T, E>>, [E: Debug],
        |error| Failure { message: Message::Debug(error), ..Failure::new(short_type_name::<E>()) };
    /// Anything else.
    ResultOfAny for &Probe<'a, Result<T, E>>, [],
        |_error| Failure::new(short_type_name::<E>());
}

/// Errors of a certain type: a gRPC status, also boxed, as whoever minds its size has it, and those that there are none of.
///
/// Where the type of the error is still open the compiler takes this level, the first that may be for it. There are always several
/// types that it might be, so it waits, and says in the end that it was none of them.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the type of the error must be known inside of the span, which looks at it",
    label = "its type is only found outside",
    note = "name the types here, as in `Ok::<_, MyError>(value)` or `text.parse::<u8>()`"
)]
pub trait ResultOfCertain<'a> {
    fn __phoenix_outcome(&self) -> Outcome<'a>;
}

macro_rules! result_of_certain {
    ($($(#[$cfg:meta])? $error:ty, |$value:ident| $failure:expr;)*) => {$(
        $(#[$cfg])?
        #[diagnostic::do_not_recommend]
        impl<'a, T> ResultOfCertain<'a> for &&&&&&&Probe<'a, Result<T, $error>> {
            #[inline]
            fn __phoenix_outcome(&self) -> Outcome<'a> {
                match self.0 {
                    Ok(_) => Outcome::Ok,
                    Err($value) => $failure,
                }
            }
        }
    )*};
}
result_of_certain! {
    Infallible, |never| match *never {};
    <fn() -> ! as Returns>::Output, |never| *never;
    #[cfg(feature = "grpc")]
    tonic::Status, |status| Outcome::Err(of_status(status));
    #[cfg(feature = "grpc")]
    Box<tonic::Status>, |status| Outcome::Err(of_status(status));
}

/// A body that never returns leaves its type open, and the compiler takes the first level for it: with this one it may become
/// `!` or, in edition 2021, `()`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the type of what a body evaluates to must be known inside of its span, which looks at it",
    label = "its type is only found outside",
    note = "name it here, as in `rows.collect::<Vec<_>>()` or `text.parse::<u8>()`"
)]
pub trait Nothing<'a> {
    fn __phoenix_outcome(&self) -> Outcome<'a>;
}

/// `!` has no name yet but as what a function returns.
#[doc(hidden)]
pub trait Returns {
    #[doc(hidden)]
    type Output;
}
impl<T> Returns for fn() -> T {
    type Output = T;
}

macro_rules! nothing {
    ($($nothing:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a> Nothing<'a> for &&&&&&&&Probe<'a, $nothing> {
            #[inline]
            fn __phoenix_outcome(&self) -> Outcome<'a> {
                Outcome::Ok
            }
        }
    )*};
}
nothing!((), <fn() -> ! as Returns>::Output);

/// Not a `Result`: returning is success.
#[doc(hidden)]
pub trait NotAResult<'a> {
    fn __phoenix_outcome(&self) -> Outcome<'a>;
}
impl<'a, T> NotAResult<'a> for Probe<'a, T> {
    #[inline]
    fn __phoenix_outcome(&self) -> Outcome<'a> {
        Outcome::Ok
    }
}

/// The two sides of a `Result`.
#[doc(hidden)]
pub trait Sides<'a, T, E> {
    /// What may count as a failure.
    fn __phoenix_failing(&self) -> Option<&'a E>;
    /// What was returned if all went well.
    fn __phoenix_success(&self) -> Option<&'a T>;
}
impl<'a, T, E> Sides<'a, T, E> for &Probe<'a, Result<T, E>> {
    #[inline]
    fn __phoenix_failing(&self) -> Option<&'a E> {
        self.0.as_ref().err()
    }
    #[inline]
    fn __phoenix_success(&self) -> Option<&'a T> {
        self.0.as_ref().ok()
    }
}

/// Anything else is both.
#[doc(hidden)]
pub trait OneSide<'a, T> {
    fn __phoenix_failing(&self) -> Option<&'a T>;
    fn __phoenix_success(&self) -> Option<&'a T>;
}
impl<'a, T> OneSide<'a, T> for Probe<'a, T> {
    #[inline]
    fn __phoenix_failing(&self) -> Option<&'a T> {
        Some(self.0)
    }
    #[inline]
    fn __phoenix_success(&self) -> Option<&'a T> {
        Some(self.0)
    }
}

/// The traits of all levels, without their names.
#[doc(hidden)]
pub mod dispatch {
    pub use super::super::passed_on::RunsElsewhere as _;
    pub use super::{
        NotAResult as _, Nothing as _, OneSide as _, ResultOfAny as _, ResultOfCertain as _,
        ResultOfDebug as _, ResultOfDisplay as _, ResultOfError as _, ResultOfNamed as _,
        ResultOfPointer as _, Sides as _,
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_outcome {
    ($returned:expr) => {{
        use $crate::outcome::dispatch::*;
        (&&&&&&&&&$crate::outcome::Probe($returned)).__phoenix_outcome()
    }};
    // No future, which is refused where `outcome` stands.
    ($returned:expr, $outcome:ident, $future:ident) => {{
        use $crate::outcome::{dispatch::*, $future as _};
        (&&&&&&&&&$crate::outcome::Probe($returned)).$outcome()
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_failing {
    ($returned:expr) => {{
        use $crate::outcome::dispatch::*;
        (&&$crate::outcome::Probe($returned)).__phoenix_failing()
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_success {
    ($returned:expr) => {{
        use $crate::outcome::dispatch::*;
        (&&$crate::outcome::Probe($returned)).__phoenix_success()
    }};
}
