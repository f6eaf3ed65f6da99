//! What a returned value means for the span that produced it: a value of any type in, success or failure out.
//! Whether it is a `Result` is decided by its type, through method resolution on references, never by how it is spelled.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;

use crate::record::told::unharmed;

/// Whether an operation succeeded.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It did: the status of its span stays unset.
    Ok,
    /// It failed.
    Err(Failure<'a>),
}

/// How an operation failed.
pub struct Failure<'a> {
    pub(crate) error_type: &'a str,
    pub(crate) message: Message<'a>,
    pub(crate) source: Option<&'a (dyn Error + 'static)>,
}

#[derive(Clone, Copy)]
pub(crate) enum Message<'a> {
    None,
    Text(&'a str),
    Display(&'a dyn Display),
    Debug(&'a dyn Debug),
}

impl<'a> Failure<'a> {
    /// A failure of this type, for `error.type`: short and of low cardinality.
    #[must_use]
    pub fn new(error_type: &'a str) -> Self {
        Self {
            error_type,
            message: Message::None,
            source: None,
        }
    }

    /// The same, with its message.
    #[must_use]
    pub fn message(self, message: &'a dyn Display) -> Self {
        Self {
            message: Message::Display(message),
            ..self
        }
    }

    /// The same, with its message as text.
    #[must_use]
    pub fn text(self, message: &'a str) -> Self {
        Self {
            message: Message::Text(message),
            ..self
        }
    }

    /// The same with type name only: a message may hold a user's data.
    #[must_use]
    pub fn type_only(self) -> Self {
        Self {
            message: Message::None,
            source: None,
            ..self
        }
    }
}

impl Debug for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error_type)
    }
}

impl Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(message) => f.write_str(message),
            Self::Display(message) => message.fmt(f),
            Self::Debug(message) => message.fmt(f),
        }
    }
}

impl<'a> Outcome<'a> {
    /// The same, a failure stripped to its type.
    #[must_use]
    pub fn type_only(self) -> Self {
        match self {
            Self::Ok => Self::Ok,
            Self::Err(failure) => Self::Err(failure.type_only()),
        }
    }
}

/// The short name of a type: `ParseError` for `app::parse::ParseError<T>`, `Error` for `Box<dyn Error>`.
pub(crate) fn short_type_name<T: ?Sized>() -> &'static str {
    shorten(type_name::<T>())
}

fn shorten(full: &'static str) -> &'static str {
    let full = full.strip_prefix("alloc::boxed::Box<").unwrap_or(full);
    let full = full.strip_prefix("dyn ").unwrap_or(full);
    let path = full.split(['<', '>', ' ', '+']).next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path)
}

/// A reference to a returned value, for method resolution.
#[doc(hidden)]
pub struct Probe<'a, T>(pub &'a T);

/// Trait objects that are errors, as what `Box<dyn Error>` and its like point to.
#[doc(hidden)]
pub trait AsError {
    fn as_error(&self) -> &(dyn Error + 'static);
}
impl AsError for dyn Error + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}
impl AsError for dyn Error + Send + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}
impl AsError for dyn Error + Send + Sync + 'static {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

macro_rules! levels {
    ($($(#[$doc:meta])* $trait:ident for $probe:ty, [$($bounds:tt)*], |$error:ident| $failure:expr;)*) => {$(
        $(#[$doc])*
        #[doc(hidden)]
        pub trait $trait<'a> {
            fn outcome(&self) -> Outcome<'a>;
        }
        impl<'a, T, E> $trait<'a> for $probe where $($bounds)* {
            #[inline]
            fn outcome(&self) -> Outcome<'a> {
                match self.0 {
                    Ok(_) => Outcome::Ok,
                    Err($error) => Outcome::Err($failure),
                }
            }
        }
    )*};
}

levels! {
    /// An error with its chain of sources.
    ResultOfError for &&&&&Probe<'a, Result<T, E>>, [E: Error + 'static],
        |error| of_error(error);
    /// A pointer to one: `Box<dyn Error>`, `anyhow::Error`.
    ResultOfPointer for &&&&Probe<'a, Result<T, E>>, [E: Display + Deref, E::Target: AsError],
        |error| Failure { error_type: short_type_name::<E>(), message: Message::Display(error), source: source_of((**error).as_error()) };
    /// Something that can be displayed.
    ResultOfDisplay for &&&Probe<'a, Result<T, E>>, [E: Display],
        |error| Failure { error_type: short_type_name::<E>(), message: Message::Display(error), source: None };
    /// Something that can be debugged.
    ResultOfDebug for &&Probe<'a, Result<T, E>>, [E: Debug],
        |error| Failure { error_type: short_type_name::<E>(), message: Message::Debug(error), source: None };
    /// Anything else.
    ResultOfAny for &Probe<'a, Result<T, E>>, [],
        |_error| Failure { error_type: short_type_name::<E>(), message: Message::None, source: None };
}

/// Not a `Result`: returning is success.
#[doc(hidden)]
pub trait NotAResult<'a> {
    fn outcome(&self) -> Outcome<'a>;
}
impl<'a, T> NotAResult<'a> for Probe<'a, T> {
    #[inline]
    fn outcome(&self) -> Outcome<'a> {
        Outcome::Ok
    }
}

/// What an error says is its cause, asked for by code that may panic.
pub(crate) fn source_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    unharmed(|| error.source()).flatten()
}

/// A gRPC status names its code and tells its message, every other error its type and what it displays.
pub(crate) fn of_error<E: Error + 'static>(error: &E) -> Failure<'_> {
    #[cfg(feature = "grpc")]
    if let Some(status) = (error as &dyn std::any::Any).downcast_ref::<tonic::Status>() {
        let failure = Failure::new(crate::grpc::code_name(status.code())).text(status.message());
        return Failure {
            source: source_of(status),
            ..failure
        };
    }
    Failure {
        error_type: short_type_name::<E>(),
        message: Message::Display(error),
        source: source_of(error),
    }
}

/// The traits of all levels, without their names.
#[doc(hidden)]
pub mod dispatch {
    pub use super::{
        NotAResult as _, ResultOfAny as _, ResultOfDebug as _, ResultOfDisplay as _,
        ResultOfError as _, ResultOfPointer as _,
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __phoenix_outcome {
    ($returned:expr) => {{
        use $crate::outcome::dispatch::*;
        (&&&&&&$crate::outcome::Probe($returned)).outcome()
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Opaque;
    #[derive(Debug)]
    #[expect(dead_code, reason = "its field is read by `Debug`")]
    struct OnlyDebug(u8);

    fn told<T>(outcome: Outcome<'_>, _: &T) -> String {
        match outcome {
            Outcome::Ok => "ok".to_owned(),
            Outcome::Err(f) => {
                let source = f.source.map(|s| format!(" <- {s}")).unwrap_or_default();
                format!("{}: {}{source}", f.error_type, f.message)
            }
        }
    }

    macro_rules! check {
        ($value:expr => $expected:expr) => {{
            let value = $value;
            assert_eq!(told(crate::__phoenix_outcome!(&value), &value), $expected);
        }};
    }

    #[test]
    fn the_type_decides_not_the_spelling() {
        type Alias<T> = Result<T, std::num::ParseIntError>;
        let failed: Alias<u8> = "x".parse::<u8>();
        check!(failed => "ParseIntError: invalid digit found in string");
        let failed: std::io::Result<()> = Err(std::io::Error::other("disk"));
        check!(failed => "Error: disk");
        check!(Err::<(), Box<dyn Error + Send + Sync>>("boxed".into()) => "Error: boxed");
        check!(Err::<(), _>("text") => "&str: text");
        check!(Err::<(), _>(OnlyDebug(1)) => "OnlyDebug: OnlyDebug(1)");
        check!(Err::<(), _>(Opaque) => "Opaque: ");
        check!(Ok::<u8, Opaque>(1) => "ok");
        check!(None::<u8> => "ok");
        check!(7 => "ok");
    }

    #[test]
    fn type_names_are_short() {
        assert_eq!(
            shorten("app::parse::ParseError<alloc::string::String>"),
            "ParseError"
        );
        assert_eq!(
            shorten("alloc::boxed::Box<dyn core::error::Error + Send>"),
            "Error"
        );
        assert_eq!(shorten("i32"), "i32");
    }
}
