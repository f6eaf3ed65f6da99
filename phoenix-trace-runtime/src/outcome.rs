//! What a returned value means for the span that produced it: a value of any type in, success or failure out.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;

use crate::record::told::{cut, unharmed};

mod passed_on;
mod resolve;

pub use passed_on::{FutureOfFunction, FutureOfMacro};
pub use resolve::{AsError, Probe, dispatch};

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
    /// Is it an error, which is told as an exception event, or another value that counts as a failure?
    pub(crate) exception: bool,
}

/// An error that names its own `error.type`, where the name of its Rust type says too little.
///
/// The names must be few, since metrics and sampling rules group by them: the name of a variant, a code, never a message or
/// an id. At most 128 bytes are kept.
///
/// ```
/// use phoenix_trace::ErrorType;
///
/// # #[derive(Debug)]
/// enum PaymentError {
///     Declined { code: u16 },
///     Unreachable,
/// }
/// # impl std::fmt::Display for PaymentError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no payment") }
/// # }
/// # impl std::error::Error for PaymentError {}
///
/// impl ErrorType for PaymentError {
///     fn error_type(&self) -> &str {
///         match self {
///             Self::Declined { .. } => "declined",
///             Self::Unreachable => "unreachable",
///         }
///     }
/// }
/// ```
///
/// What is seen through `dyn Error`, and what [`SpanHandle::record_error`](crate::SpanHandle::record_error) is given, goes
/// by the name of its type.
pub trait ErrorType: Error {
    /// The error's type.
    fn error_type(&self) -> &str;
}

impl<E: ErrorType> ErrorType for Box<E> {
    fn error_type(&self) -> &str {
        (**self).error_type()
    }
}

impl<E: ErrorType> ErrorType for std::sync::Arc<E> {
    fn error_type(&self) -> &str {
        (**self).error_type()
    }
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
            exception: true,
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

    /// The same, the message of a failure told by `Debug`. `failing` is `None` when there is none.
    #[must_use]
    pub fn by_debug<E: TellByDebug>(self, failing: Option<&'a E>) -> Self {
        match (self, failing) {
            (Self::Err(failure), Some(failing)) => Self::Err(Failure {
                message: Message::Debug(failing),
                ..failure
            }),
            (outcome, _) => outcome,
        }
    }

    /// A returned value that counts as a failure: as the error that it holds, else by its type alone.
    #[must_use]
    pub fn or_failure<T>(self, _returned: &T) -> Self {
        match self {
            Self::Ok => Self::Err(Failure {
                exception: false,
                ..Failure::new(short_type_name::<T>())
            }),
            failed @ Self::Err(_) => failed,
        }
    }
}

/// What `err(?)` tells the message of.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`err(?)` tells the `Debug` form of a failure, and `{Self}` has none",
    label = "`{Self}` does not implement `Debug`",
    note = "derive `Debug` for it, or leave out the `?`"
)]
pub trait TellByDebug: Debug {}
#[diagnostic::do_not_recommend]
impl<E: Debug> TellByDebug for E {}

/// The short name of a type: `ParseError` for `app::parse::ParseError<T>`, `Error` for `Box<dyn Error>`.
pub(crate) fn short_type_name<T: ?Sized>() -> &'static str {
    shorten(type_name::<T>())
}

fn shorten(full: &'static str) -> &'static str {
    const POINTERS: [&str; 4] = [
        "alloc::boxed::Box<",
        "alloc::sync::Arc<",
        "alloc::rc::Rc<",
        "dyn ",
    ];
    let mut full = full;
    while let Some(inside) = POINTERS
        .iter()
        .find_map(|pointer| full.strip_prefix(pointer))
    {
        full = inside;
    }
    match full.trim_start_matches('&').as_bytes() {
        [b'(', b')', ..] => return "()",
        [b'(', ..] => return "tuple",
        [b'[', ..] => return "array",
        _ => {}
    }
    let path = full.split(['<', '>', ' ', '+']).next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path)
}

/// What an error says is its cause, asked for by code that may panic.
pub(crate) fn source_of<'a, E: Error + ?Sized>(error: &'a E) -> Option<&'a (dyn Error + 'static)> {
    unharmed(|| error.source()).flatten()
}

/// An error tells its type, what it displays, and its sources.
pub(crate) fn of_error<E: Error>(error: &E) -> Failure<'_> {
    Failure {
        source: source_of(error),
        ..Failure::new(short_type_name::<E>()).message(error)
    }
}

/// The same for an error that may be a gRPC status.
pub(crate) fn of_any_error<E: Error + 'static>(error: &E) -> Failure<'_> {
    #[cfg(feature = "grpc")]
    if let Some(status) = (error as &dyn std::any::Any).downcast_ref::<tonic::Status>() {
        return of_status(status);
    }
    of_error(error)
}

/// A gRPC status names its code and tells its message.
#[cfg(feature = "grpc")]
pub(crate) fn of_status(status: &tonic::Status) -> Failure<'_> {
    Failure {
        source: source_of(status),
        ..Failure::new(crate::grpc::code_name(status.code())).text(status.message())
    }
}

/// What an error tells that names its own type.
pub(crate) fn of_named<E: ErrorType>(error: &E) -> Failure<'_> {
    let failure = of_error(error);
    match unharmed(|| error.error_type()).filter(|name| !name.is_empty()) {
        Some(name) => Failure {
            error_type: cut(name, ERROR_TYPE_LENGTH),
            ..failure
        },
        None => failure,
    }
}

/// What a pointer to an error tells.
pub(crate) fn of_pointer<E: Display + Deref<Target: AsError>>(error: &E) -> Failure<'_> {
    Failure {
        source: unharmed(|| (**error).cause()).flatten(),
        ..Failure::new(short_type_name::<E>()).message(error)
    }
}

/// How much of a name that an error gives its type is kept, in bytes.
const ERROR_TYPE_LENGTH: usize = 128;

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
    fn an_error_may_borrow() {
        fn borrowed(text: &str) -> String {
            #[derive(Debug)]
            struct Borrowing<'t>(&'t str);
            impl Display for Borrowing<'_> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.0)
                }
            }
            impl Error for Borrowing<'_> {}
            impl ErrorType for Borrowing<'_> {
                fn error_type(&self) -> &str {
                    "named"
                }
            }
            let boxed: Result<(), Box<dyn Error + '_>> = Err(Box::new(Borrowing(text)));
            let plain = Err::<(), _>(Borrowing(text));
            let boxed = told(crate::__phoenix_outcome!(&boxed), &boxed);
            format!(
                "{boxed}, {}",
                told(crate::__phoenix_outcome!(&plain), &plain)
            )
        }
        assert_eq!(borrowed("why"), "Error: why, named: why");
        let lock = std::sync::Mutex::new(1);
        check!(Err::<(), _>(std::sync::PoisonError::new(lock.lock())) => "PoisonError: poisoned lock: another task failed inside");
    }

    #[cfg(feature = "grpc")]
    #[test]
    fn a_boxed_status_is_one() {
        check!(Err::<(), _>(tonic::Status::not_found("no such order")) => "NOT_FOUND: no such order");
        check!(Err::<(), _>(Box::new(tonic::Status::not_found("no such order"))) => "NOT_FOUND: no such order");
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
        assert_eq!(shorten("alloc::sync::Arc<app::ParseError>"), "ParseError");
        assert_eq!(
            shorten("alloc::rc::Rc<alloc::boxed::Box<dyn core::error::Error>>"),
            "Error"
        );
        assert_eq!(shorten("&str"), "&str");
        assert_eq!(shorten("i32"), "i32");
        assert_eq!(shorten("()"), "()");
        assert_eq!(shorten("(i32, alloc::string::String)"), "tuple");
        assert_eq!(shorten("&[i32]"), "array");
    }
}
