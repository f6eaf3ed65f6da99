//! Operations that cannot be annotated, since their name is known only at run time or their code is not a function of its
//! own.

use std::borrow::Cow;
use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Display;
use std::future::Future;
use std::ops::DerefMut;
use std::rc::Rc;
use std::sync::{PoisonError, RwLock};

use crate::key::RawKey;
use crate::outcome::{
    AsError, Failure, Outcome, of_any_error, of_error, of_pointer, short_type_name,
};
use crate::private::{self, recording};
use crate::record::carry::current_span;
use crate::record::owned::{self, Owned};
use crate::record::run::within;
use crate::record::site::{Site, SpanKind};
use crate::record::start::Under;
use crate::returned::PlainValue;
use crate::value::Attr;

/// Runs `f` inside a span called `name`, as if `f` were annotated with `#[traced_operation]`.
///
/// The name may be known only at run time; still there must be few of them, since dashboards and metrics group by it: a
/// job's kind, a route, never an id. At most 256 bytes are kept. The attributes are pairs of key and value, or typed ones; see
/// [`OperationAttributes`]. The macro `traced!` has its keys checked when the service compiles.
///
/// ```
/// use phoenix_trace::with_traced_operation;
///
/// # fn run(job: &str) -> std::io::Result<u32> { Ok(3) }
/// # fn example(job: &str) -> std::io::Result<()> {
/// let done = with_traced_operation(format!("job {job}"), [("app.job.shard", 7)], || run(job))?;
/// # Ok(())
/// # }
/// ```
///
/// A returned `Err` makes the span an error, as does a panic. A future is work that has not been done yet: for closures that
/// return one there is [`with_traced_operation_async`].
pub fn with_traced_operation<R: OperationOutput>(
    name: impl AsRef<str>,
    attributes: impl OperationAttributes,
    f: impl FnOnce() -> R,
) -> R {
    let mut span = begin(private::name(&name), &attributes);
    let mut running = span.enter();
    let returned = f();
    running.settle(returned.outcome());
    returned
}

/// [`with_traced_operation`] for a closure that returns a future: the span lasts until that has ended. Dropped before, it was
/// cancelled.
///
/// The span starts here, with the call; `f` is called with the first poll.
///
/// ```
/// use phoenix_trace::with_traced_operation_async;
///
/// # async fn run(job: &str) -> std::io::Result<u32> { Ok(3) }
/// # async fn example(job: &str) -> std::io::Result<()> {
/// let attributes = [("app.job.kind", "nightly"), ("app.job.owner", "billing")];
/// let done = with_traced_operation_async(job, attributes, || async {
///     let rows = run(job).await?;
///     std::io::Result::Ok(rows + 1)
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
pub fn with_traced_operation_async<F>(
    name: impl AsRef<str>,
    attributes: impl OperationAttributes,
    f: impl FnOnce() -> F,
) -> impl Future<Output = F::Output>
where
    F: Future<Output: OperationOutput>,
{
    let span = begin(private::name(&name), &attributes);
    within(span, async move { f().await }, |returned: &F::Output| {
        returned.outcome()
    })
}

fn begin(name: &str, attributes: &impl OperationAttributes) -> Owned {
    static SITE: Site = Site::new("operation", SpanKind::Internal, "");
    if !recording() {
        return Owned::off();
    }
    let mut span = Owned::off();
    attributes.read(&mut |attrs| span = owned::begin_under(&SITE, &[name], attrs, Under::Current));
    span
}

/// Attributes of [`with_traced_operation`]: pairs of key and value, typed ones, or `()` for none.
///
/// ```
/// use phoenix_trace::key::{Key, types};
/// use phoenix_trace::value::{Attr, Value};
/// use phoenix_trace::with_traced_operation;
///
/// const SHARD: Key<types::Int> = Key::new("app.job.shard");
///
/// with_traced_operation("compact", (), || {});
/// with_traced_operation("compact", [("app.job.shard", 7)], || {});
/// with_traced_operation("compact", [("app.job.shard", Value::Int(7)), ("app.job.kind", Value::Str("nightly"))], || {});
/// with_traced_operation("compact", [Attr::new(&SHARD, &7)], || {});
/// ```
///
/// Pairs cost a look-up for each key, and nobody checks their keys; what is more than 4096 different keys in a process is left
/// out.
pub trait OperationAttributes {
    /// Calls `with` once, with all of them.
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>]));
}

impl OperationAttributes for () {
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        with(&[]);
    }
}

impl OperationAttributes for [Attr<'_>] {
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        with(self);
    }
}

impl<V: PlainValue> OperationAttributes for [(&'static str, V)] {
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        let attrs: Vec<Attr<'_>> = self
            .iter()
            .filter_map(|(key, value)| {
                Some(Attr {
                    key: key_called(key)?,
                    value: value.to_value(),
                })
            })
            .collect();
        with(&attrs);
    }
}

impl<T, const N: usize> OperationAttributes for [T; N]
where
    [T]: OperationAttributes,
{
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        self.as_slice().read(with);
    }
}

impl<T> OperationAttributes for Vec<T>
where
    [T]: OperationAttributes,
{
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        self.as_slice().read(with);
    }
}

impl<A: OperationAttributes + ?Sized> OperationAttributes for &A {
    fn read(&self, with: &mut dyn FnMut(&[Attr<'_>])) {
        (**self).read(with);
    }
}

/// The key of this name, made when it is first asked for: keys live as long as the process.
fn key_called(name: &'static str) -> Option<&'static RawKey> {
    const MOST: usize = 4096;
    static KEYS: RwLock<Option<HashMap<&'static str, &'static RawKey>>> = RwLock::new(None);
    let known = KEYS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = known.as_ref().and_then(|keys| keys.get(name)) {
        return Some(key);
    }
    drop(known);
    let mut keys = KEYS.write().unwrap_or_else(PoisonError::into_inner);
    let keys = keys.get_or_insert_default();
    if keys.len() >= MOST {
        return None;
    }
    Some(
        keys.entry(name)
            .or_insert_with(|| Box::leak(Box::new(RawKey::new(name)))),
    )
}

/// What an operation returned, and whether that is a failure: an `Err` is one; what is no `Result` never is.
///
/// For a type of your own, an empty impl says that returning it is success. Annotated functions and `traced!` need none.
#[diagnostic::on_unimplemented(
    message = "whether `{Self}` is a failure is not known",
    note = "for a closure that returns a future there is `with_traced_operation_async(name, attributes, || async {{ .. }}).await`",
    note = "for any other type return a `Result`, write `impl OperationOutput` for it, or use `traced!`, which takes every type"
)]
pub trait OperationOutput {
    /// What it means for the span.
    fn outcome(&self) -> Outcome<'_> {
        Outcome::Ok
    }
}

impl<T, E: Display + 'static> OperationOutput for Result<T, E> {
    fn outcome(&self) -> Outcome<'_> {
        match self {
            Ok(_) => Outcome::Ok,
            Err(error) => Outcome::Err(failure(error)),
        }
    }
}

/// Everything that is known of an error of which nobody says that it is one.
fn failure<E: Display + 'static>(error: &E) -> Failure<'_> {
    let any: &dyn std::any::Any = error;
    if let Some(error) = any.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return of_pointer(error);
    }
    if let Some(error) = any.downcast_ref::<Box<dyn Error>>() {
        return of_pointer(error);
    }
    if let Some(error) = any.downcast_ref::<std::io::Error>() {
        return of_error(error);
    }
    Failure::new(short_type_name::<E>()).message(error)
}

macro_rules! never_failures {
    ($($ty:ty),*) => {$( impl OperationOutput for $ty {} )*};
}
never_failures!(
    (),
    bool,
    char,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    str,
    String,
    Infallible
);
impl OperationOutput for &str {}
impl<T> OperationOutput for Option<T> {}
impl<T> OperationOutput for Vec<T> {}
impl<A, B> OperationOutput for (A, B) {}
impl<A, B, C> OperationOutput for (A, B, C) {}

/// Records an error that is handled here and returned to nobody.
///
/// ```
/// use phoenix_trace::TraceErr as _;
///
/// # fn refresh() -> std::io::Result<u32> { Ok(1) }
/// let rows = refresh().trace_err().unwrap_or_default();
/// ```
///
/// The span that runs now gets what it would get if its operation returned the error: the status Error, `error.type`, and an
/// exception event, unless one of its children has told the error already; its segment is kept. What is no failure of the
/// operation, such as a miss before a fallback that works, is rather an `event!`.
///
/// It is there for every error that borrows nothing, `Box<dyn Error>` and `anyhow::Error` among them, and for texts: `String`, `&str`,
/// `Cow<str>`, `Box<str>`. `error.type` is the short name of the type.
pub trait TraceErr<Kind>: Sized {
    /// Records the error, if there is one, and gives the result back.
    #[must_use = "the result is given back; to leave it, write `let _ = ..`"]
    fn trace_err(self) -> Self;
}

/// A type that is an error.
#[doc(hidden)]
#[derive(Debug)]
pub enum IsError {}
/// A type that points to one.
#[doc(hidden)]
#[derive(Debug)]
pub enum PointsToError {}
/// A type that shares one, and is none itself.
#[doc(hidden)]
#[derive(Debug)]
pub enum SharesError {}
/// A text.
#[doc(hidden)]
#[derive(Debug)]
pub enum IsText {}

impl<T, E: Error + 'static> TraceErr<IsError> for Result<T, E> {
    fn trace_err(self) -> Self {
        if let Err(error) = &self {
            current_span().record_failure(&of_any_error(error));
        }
        self
    }
}

/// A pointer that is no error itself can change what it points to: `Arc<dyn Error>` and `&dyn Error` cannot, and are errors.
impl<T, E: Display + DerefMut<Target: AsError>> TraceErr<PointsToError> for Result<T, E> {
    fn trace_err(self) -> Self {
        if let Err(error) = &self {
            current_span().record_failure(&of_pointer(error));
        }
        self
    }
}

impl<T, E: AsError + Display + ?Sized> TraceErr<SharesError> for Result<T, Rc<E>> {
    fn trace_err(self) -> Self {
        if let Err(error) = &self {
            current_span().record_failure(&of_pointer(error));
        }
        self
    }
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl<T> TraceErr<IsText> for Result<T, $text> {
            fn trace_err(self) -> Self {
                if let Err(text) = &self {
                    let failure = Failure::new(short_type_name::<$text>()).message(text);
                    current_span().record_failure(&failure);
                }
                self
            }
        }
    )*};
}
texts!(String, &str, Cow<'_, str>, Box<str>);
