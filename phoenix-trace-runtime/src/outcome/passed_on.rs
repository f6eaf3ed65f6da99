//! Futures that are given back by what ran at once: their work begins once the span has ended, so the compiler refuses them,
//! where it is told of them. They stand among the levels of [`resolve`](super::resolve), apart from all that is a `Result`.

use std::future::{Future, Ready};

use tokio::sync::oneshot::Receiver;
use tokio::task::JoinHandle;

use super::{Outcome, Probe};

/// A future from the body of `traced!` or `db_span!`.
#[doc(hidden)]
pub trait FutureOfMacro<'a, F> {
    fn __phoenix_outcome(&self) -> Outcome<'a>
    where
        F: AwaitedInMacro;
}
impl<'a, F: Future> FutureOfMacro<'a, F> for &Probe<'a, F> {
    fn __phoenix_outcome(&self) -> Outcome<'a>
    where
        F: AwaitedInMacro,
    {
        Outcome::Ok
    }
}

/// No future is.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the span would end before this future runs; write `.await` behind it, inside the macro",
    label = "this only makes a future",
    note = "to await it elsewhere, give an `async` block: `async {{ work().await }}`",
    note = "a future that runs by itself can leave in a tuple: `(start(),)`"
)]
pub trait AwaitedInMacro {}

/// A future from an annotated function.
#[doc(hidden)]
pub trait FutureOfFunction<'a, F> {
    fn __phoenix_outcome(&self) -> Outcome<'a>
    where
        F: AwaitedInFunction;
}
impl<'a, F: Future> FutureOfFunction<'a, F> for &Probe<'a, F> {
    fn __phoenix_outcome(&self) -> Outcome<'a>
    where
        F: AwaitedInFunction,
    {
        Outcome::Ok
    }
}

/// No future is.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the span would end before the future runs: end the body in `async move {{ .. }}` or `Box::pin(async move {{ .. }})`, or make this an `async fn`",
    label = "this is a future",
    note = "where it runs by itself, write `#[traced_operation(err = skip)]`: what is returned is not looked at then"
)]
pub trait AwaitedInFunction {}

/// A future whose work is done or runs elsewhere: giving it back is success.
#[doc(hidden)]
pub trait RunsElsewhere<'a> {
    fn __phoenix_outcome(&self) -> Outcome<'a>;
}

macro_rules! runs_elsewhere {
    ($($future:ty),*) => {$(
        impl<'a, T> RunsElsewhere<'a> for &&Probe<'a, $future> {
            #[inline]
            fn __phoenix_outcome(&self) -> Outcome<'a> {
                Outcome::Ok
            }
        }
    )*};
}
runs_elsewhere!(JoinHandle<T>, Receiver<T>, Ready<T>);
