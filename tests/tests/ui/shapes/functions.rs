//! Every shape of function, under the lints that a careful service sets.

#![deny(warnings, unused, unreachable_pub, missing_debug_implementations, unsafe_op_in_unsafe_fn)]

use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use phoenix_trace::traced_operation;

#[derive(Debug)]
struct Failed;

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

type Outcome<T> = Result<T, Failed>;

#[traced_operation]
fn nothing() {}

#[traced_operation()]
fn diverging(stop: bool) -> ! {
    assert!(!stop, "told to");
    std::process::exit(0)
}

#[traced_operation(name = "number")]
fn number() -> u8 {
    7
}

#[traced_operation]
fn early(flag: bool) -> Outcome<u8> {
    if flag {
        return Err(Failed);
    }
    let n = other()?;
    Ok(n)
}

#[traced_operation]
fn other() -> std::io::Result<u8>
where
{
    Ok(1)
}

impl From<std::io::Error> for Failed {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

#[traced_operation]
fn borrowed<'a>(text: &'a str, _other: &str) -> &'a str {
    text.trim()
}

#[traced_operation]
fn borrowed_result(text: &str) -> Result<&str, Failed> {
    text.strip_prefix('a').ok_or(Failed)
}

#[traced_operation]
fn generic<T: Display, const N: usize>(items: [T; N]) -> Result<Vec<String>, Failed>
where
    T: Clone,
{
    Ok(items.iter().map(ToString::to_string).collect())
}

#[traced_operation]
fn takes_impl(shown: impl Display + Clone) -> impl Iterator<Item = String> {
    std::iter::once(shown.to_string())
}

#[traced_operation]
fn nested_impl(n: u8) -> Result<Vec<impl Fn() -> u8>, Failed> {
    if n == 0 {
        return Err(Failed);
    }
    Ok(vec![move || n])
}

#[traced_operation]
fn boxed_dyn(flag: bool) -> Result<Box<dyn Debug>, Box<dyn std::error::Error>> {
    if flag {
        return Err(Box::new(Failed));
    }
    Ok(Box::new(1))
}

#[traced_operation]
fn boxed_directly() -> Box<dyn Debug> {
    Box::new(1)
}

#[traced_operation(attributes("db.response.returned_rows" = a + b, "user.id" = c))]
fn destructured((a, b): (i64, i64), [_, c]: [&str; 2], mut _d: u8) -> i64 {
    _d += 1;
    a + b + i64::from(_d)
}

/// # Safety
///
/// None is needed.
#[traced_operation]
unsafe fn dangerous(pointer: *const u8) -> Result<u8, Failed> {
    // SAFETY: the caller vouches for the pointer.
    let read = unsafe { *pointer };
    Ok(read)
}

#[traced_operation]
extern "C" fn foreign(n: u32) -> u32 {
    n
}

#[traced_operation]
#[inline]
#[must_use]
fn with_attributes(#[cfg(all())] n: u8) -> u8 {
    #![allow(clippy::let_and_return)]
    let n = n;
    n
}

#[traced_operation]
#[expect(clippy::unused_async)]
async fn async_nothing() {}

#[traced_operation(kind = client, attributes("server.address" = %host, "server.port" = port))]
async fn async_borrowed<'a>(host: &'a str, port: u16) -> Result<&'a str, Failed> {
    tokio::task::yield_now().await;
    if port == 0 {
        return Err(Failed);
    }
    Ok(host)
}

#[traced_operation]
async fn async_impl(f: impl Fn() -> u8 + Send) -> Result<impl Display, Failed> {
    Ok(f())
}

#[traced_operation]
async fn async_boxed() -> Result<Box<dyn Debug + Send>, Box<dyn std::error::Error + Send + Sync>> {
    fallible()?;
    Ok(Box::new(1))
}

#[traced_operation(err = skip)]
fn fallible() -> Outcome<()> {
    Ok(())
}

#[traced_operation(err(type_only))]
fn secret() -> Outcome<()> {
    Ok(())
}

#[traced_operation(err(if = |error| error.to_string().len() > 3))]
fn sometimes() -> Outcome<()> {
    Ok(())
}

#[traced_operation(err(type_only, if = |_| false))]
async fn never() -> Outcome<()> {
    Ok(())
}

#[traced_operation]
fn returns_future(n: u8) -> impl Future<Output = Outcome<u8>> + Send {
    let n = n + 1;
    async move {
        fallible()?;
        Ok(n)
    }
}

#[traced_operation(attributes("user.id" = name))]
fn boxed_future(name: &str) -> std::pin::Pin<Box<dyn Future<Output = Result<Box<dyn Debug>, Failed>> + '_>> {
    Box::pin(async move { Ok(Box::new(name.len()) as _) })
}

#[traced_operation(attributes("user.id" = text))]
fn borrowing_future(text: &str) -> impl Future<Output = usize> {
    async { text.len() }
}

struct Service {
    name: String,
    items: Vec<u8>,
}

impl Service {
    const SPAN: &'static str = "service";

    #[traced_operation(name = Service::SPAN, attributes("service.name" = self.name))]
    fn by_ref(&self) -> Result<&str, Failed> {
        Ok(&self.name)
    }

    #[traced_operation]
    fn by_mut(&mut self) -> Option<&mut u8> {
        self.items.first_mut()
    }

    #[traced_operation]
    fn by_mut_result(&mut self, at: usize) -> Result<&mut u8, Failed> {
        self.items.get_mut(at).ok_or(Failed)
    }

    #[traced_operation(attributes("service.name" = self.name))]
    fn by_value(mut self) -> Self {
        self.name.push('x');
        self
    }

    #[traced_operation]
    fn by_box(self: Box<Self>) -> Box<Self> {
        self
    }

    #[traced_operation]
    fn by_rc(self: &Rc<Self>) -> usize {
        self.items.len()
    }

    #[traced_operation(attributes("service.name" = self.name))]
    async fn by_arc(self: Arc<Self>) -> Result<Arc<Self>, Failed> {
        Ok(self)
    }

    #[traced_operation(attributes("service.name" = self.name))]
    async fn async_mut(&mut self, item: u8) -> Result<&mut Vec<u8>, Failed> {
        self.items.push(item);
        Ok(&mut self.items)
    }

    #[traced_operation(attributes("service.name" = self.name))]
    async fn async_value(mut self) -> Self {
        self.items.clear();
        self
    }

    #[traced_operation]
    fn associated() -> Self {
        Self { name: String::new(), items: Vec::new() }
    }
}

trait Work {
    type Output;

    fn work(&self) -> Result<Self::Output, Failed>;

    #[traced_operation]
    fn with_default(&self) -> Result<Self::Output, Failed> {
        self.work()
    }

    fn later(&self) -> impl Future<Output = Result<Self::Output, Failed>> + Send;
}

impl Work for Service {
    type Output = u8;

    #[traced_operation]
    fn work(&self) -> Result<Self::Output, Failed> {
        self.items.first().copied().ok_or(Failed)
    }

    #[traced_operation]
    async fn later(&self) -> Result<Self::Output, Failed> {
        self.work()
    }
}

impl Iterator for Service {
    type Item = u8;

    #[traced_operation]
    fn next(&mut self) -> Option<Self::Item> {
        self.items.pop()
    }
}

#[traced_operation]
async fn recursive(n: u8) -> u8 {
    if n == 0 { 0 } else { Box::pin(recursive(n - 1)).await + 1 }
}

#[traced_operation]
fn r#type() -> u8 {
    let outer = 1;
    #[traced_operation]
    fn inner(n: u8) -> u8 {
        n
    }
    inner(outer)
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    nothing();
    if false {
        diverging(true);
    }
    let _ = (number(), early(true), borrowed("a", "b"), borrowed_result("a"), generic([1]), with_attributes(1));
    let _ = takes_impl(1).count();
    let _ = nested_impl(1).map(|all| all.len());
    let _ = (boxed_dyn(true), boxed_directly(), destructured((1, 2), ["", ""], 0), foreign(1));
    // SAFETY: a reference is a valid pointer.
    let _ = unsafe { dangerous(&1) };
    let _ = (secret(), sometimes(), r#type());
    let mut service = Service::associated();
    let _ = (service.by_ref(), service.with_default());
    let _ = service.by_mut();
    let _ = service.by_mut_result(0);
    let _ = service.next();
    let service = Box::new(service.by_value()).by_box();
    let _ = Rc::new(Service::associated()).by_rc();
    let run = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    run.block_on(async {
        is_send(async_nothing()).await;
        let _ = is_send(async_borrowed("a", 1)).await;
        let _ = is_send(async_impl(|| 1)).await.map(|shown| shown.to_string());
        let _ = is_send(async_boxed()).await;
        let _ = is_send(never()).await;
        let _ = is_send(returns_future(1)).await;
        let _ = boxed_future("a").await;
        let _ = is_send(borrowing_future("a")).await;
        let _ = is_send(Arc::new(Service::associated()).by_arc()).await;
        let mut service = service;
        let _ = is_send(service.async_mut(1)).await;
        let _ = is_send(service.later()).await;
        let _ = is_send(service.async_value()).await;
        let _ = is_send(recursive(3)).await;
    });
}
