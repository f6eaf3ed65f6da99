//! Every option on every shape of function, under the lints that a careful service sets.

#![deny(warnings, unused, unreachable_pub, missing_debug_implementations)]

use std::fmt::{self, Display};
use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use phoenix_trace::{ErrorType, SpanHandle, attribute_keys, current_span, traced, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
        NAME: "phoenix.name" => string,
    }
}

#[derive(Debug)]
struct Failed(u8);

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}", self.0)
    }
}

impl std::error::Error for Failed {}

impl ErrorType for Failed {
    fn error_type(&self) -> &str {
        "failed"
    }
}

struct Message {
    sender: SpanHandle,
    others: Vec<SpanHandle>,
    text: String,
}

#[traced_operation(
    parent = message.sender,
    link = message.others,
    capture(depth: keys::ROWS),
    attributes(keys::NAME = message.text, "user.id" = message.text.trim()),
    ret(keys::ROWS = |text: &String| text.len(), "user.name" = String::as_str),
    err(?, if = |error| error.0 > 3),
    skip_if = depth > 3,
)]
fn all(message: Message, depth: u8) -> Result<String, Failed> {
    if depth == 1 {
        return Err(Failed(depth));
    }
    Ok(message.text)
}

#[traced_operation(
    parent = Some(&message.sender),
    link = message.others.iter().skip(1),
    capture(depth: keys::ROWS),
    attributes(keys::NAME = message.text, "user.id" = message.text.trim()),
    ret(keys::ROWS = |text| text.len(), keys::NAME),
    err(type_only, if = |error| error.0 > 3),
    skip_if = depth > 3,
)]
async fn all_async(message: Message, depth: u8) -> Result<String, Failed> {
    tokio::task::yield_now().await;
    Ok(message.text)
}

#[traced_operation(root, link = current_span(), ret(?), skip_if = text.is_empty())]
fn boxed(text: &str) -> Pin<Box<dyn Future<Output = Result<usize, Failed>> + Send + '_>> {
    let length = text.len();
    Box::pin(async move { Ok(length + text.len()) })
}

#[traced_operation(root, link = &links, ret, err(if = Option::is_none))]
fn unboxed(links: Vec<SpanHandle>) -> impl Future<Output = Option<usize>> + Send {
    async move { Some(links.len()) }
}

#[traced_operation(root)]
fn nothing() {}

#[traced_operation(root, skip_if = std::hint::black_box(true))]
async fn nothing_async() {}

#[traced_operation(ret, err(if = |text| text.is_empty()))]
fn borrowed<'a>(text: &'a str, _other: &str) -> &'a str {
    text.trim()
}

#[traced_operation(ret(?), parent = handle)]
async fn generic<T: fmt::Debug + Send, const N: usize>(items: [T; N], handle: &SpanHandle) -> Result<[T; N], Failed> {
    Ok(items)
}

#[traced_operation(ret(keys::ROWS = |iterator| iterator.size_hint().0))]
fn opaque(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

/// # Safety
///
/// None is needed.
#[traced_operation(ret, root)]
unsafe fn dangerous(pointer: *const u8) -> u8 {
    // SAFETY: the caller vouches for the pointer.
    unsafe { *pointer }
}

struct Service {
    name: String,
}

#[async_trait]
trait Work {
    async fn work(&self, links: &[SpanHandle]) -> Result<u8, Failed>;
    async fn rest(self: Box<Self>);
}

#[async_trait]
impl Work for Service {
    #[traced_operation(
        root,
        link = links,
        capture(?links: "db.namespace"),
        attributes(keys::NAME = self.name),
        ret,
        skip_if = self.name.is_empty(),
    )]
    async fn work(&self, links: &[SpanHandle]) -> Result<u8, Failed> {
        u8::try_from(links.len()).map_err(|_| Failed(1))
    }

    #[traced_operation(parent = current_span())]
    async fn rest(self: Box<Self>) {}
}

struct Generic<T>(T);

#[traced_operation(kind = internal, err(type_only), skip_if = false)]
impl<T: Display + Send + Sync> Generic<T> {
    const ONE: usize = 1;

    fn by_value(self) -> T {
        self.0
    }

    fn fails(&self) -> Result<String, Failed> {
        Err(Failed(1))
    }

    async fn later(&mut self, text: &str) -> Option<usize> {
        Some(text.len() + Self::ONE)
    }

    fn unit(&self) {}

    #[traced_operation(skip)]
    const fn constant() -> usize {
        Self::ONE
    }

    fn never(&self) -> ! {
        std::process::exit(0)
    }
}

#[traced_operation]
impl<T> Iterator for Generic<Vec<T>> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.pop()
    }
}

fn by_macro(text: &str) -> Result<usize, Failed> {
    let n = traced!("sync", keys::NAME = text, "user.id" = text.trim(), { text.len() });
    let failed = traced!(text, Err::<u8, _>(Failed(1)));
    let early = traced!("early", {
        let n = failed?;
        Ok::<_, Failed>(n)
    });
    traced!(format!("{text} {n}"), keys::ROWS = n, early.map(usize::from))
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn message() -> Message {
    Message { sender: current_span(), others: Vec::new(), text: String::new() }
}

fn main() {
    let _ = (all(message(), 1), borrowed("", ""), opaque(1).count(), by_macro("a"));
    nothing();
    // SAFETY: a reference is a valid pointer.
    let _ = unsafe { dangerous(&1) };
    let _ = (Generic(1).by_value(), Generic(1).fails(), Generic::<u8>::constant(), Generic(vec![1]).next());
    Generic(1).unit();
    let run = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    run.block_on(async {
        let _ = is_send(all_async(message(), 1)).await;
        let _ = is_send(boxed("a")).await;
        let _ = is_send(unboxed(Vec::new())).await;
        is_send(nothing_async()).await;
        let _ = is_send(generic([1], &current_span())).await;
        let service = Service { name: String::new() };
        let _ = service.work(&[]).await;
        Box::new(service).rest().await;
        let _ = is_send(Generic(1).later("a")).await;
        let moved = String::from("a");
        let _ = is_send(traced!("async", keys::NAME = moved, async move { Ok::<_, Failed>(moved.len()) })).await;
    });
    if false {
        Generic(1).never();
    }
}
