//! Return types that are easy to get wrong.

#![deny(warnings)]

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::future::Future;

use phoenix_trace::{db_span, traced, traced_operation};

type Callback<'a> = Box<dyn Fn(&str) -> Cow<'_, str> + 'a>;

#[traced_operation]
async fn forever() -> ! {
    loop {
        std::future::pending::<()>().await;
    }
}

fn stop() -> ! {
    std::process::exit(0)
}

/// Bodies that do not return are of whatever type is wanted, as outside of a span.
fn wanted(stopped: bool) -> u8 {
    let wanted: u8 = traced!("wanted", if stopped { stop() } else { 1 });
    let given: u8 = if stopped { traced!("given", stop()) } else { wanted };
    let listed: Vec<u8> = traced!("collected", [given].into_iter().collect());
    let found: Result<Vec<u8>, ()> = db_span!(system = "redis", Ok(listed.into_iter().collect()));
    drop(found);
    let panicked = || -> u8 { traced!("panicked", panic!("stopped")) };
    let returned: u8 = traced!("returned", { return traced!("inner", given) });
    if stopped { panicked() } else { returned }
}

fn unwanted() {
    traced!("unwanted", loop {
        std::thread::park();
    });
}

fn unwanted_at_the_end() -> ! {
    traced!("unwanted", "user.id" = "me", stop())
}

async fn wanted_later() -> Result<(), String> {
    let _: Vec<u8> = traced!("collected", {
        unwanted_later().await;
        [1].into_iter().collect()
    });
    let failed: Result<(), String> = traced!("failed", {
        unwanted_later().await;
        Ok(())
    });
    let _: Option<u8> = db_span!(system = "redis", {
        unwanted_later().await;
        None
    });
    let stopped: u8 = traced!("stopped", {
        unwanted_later().await;
        stop()
    });
    let _: Box<dyn Fn() -> u8> = traced!("coerced", {
        unwanted_later().await;
        Box::new(move || stopped)
    });
    failed
}

async fn unwanted_later() {
    traced!("later", async { stop() }).await;
}

struct Store {
    rows: RefCell<HashMap<String, Vec<u8>>>,
    plain: HashMap<String, Vec<u8>>,
}

impl Store {
    #[traced_operation]
    fn guard(&self) -> Ref<'_, HashMap<String, Vec<u8>>> {
        self.rows.borrow()
    }

    #[traced_operation]
    fn shortened(&self, text: &str) -> Cow<'_, str> {
        Cow::Owned(text.to_owned())
    }

    #[traced_operation]
    fn callback(&self) -> Callback<'_> {
        Box::new(|text| Cow::Owned(text.to_owned()))
    }

    #[traced_operation]
    fn lazily(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> + '_ {
        self.plain.iter().filter(|(_, row)| !row.is_empty())
    }

    #[traced_operation]
    fn entry(&mut self, key: &str) -> Result<&mut Vec<u8>, String> {
        if !self.plain.contains_key(key) {
            return Err(format!("no {key}"));
        }
        let rows = self.plain.get_mut(key);
        rows.ok_or_else(|| "never".to_owned())
    }

    #[traced_operation]
    async fn entry_later<'a>(&'a mut self, key: &str) -> Option<&'a mut Vec<u8>> {
        self.plain.get_mut(key)
    }

    #[traced_operation]
    fn take(&mut self, into: &mut Vec<u8>) -> Result<(), ()> {
        into.clear();
        for row in self.plain.values_mut() {
            into.append(row);
        }
        Ok(())
    }

    #[traced_operation]
    fn matched<'r>(&'r self, key: &'r str) -> Result<&'r [u8], Cow<'r, str>> {
        match self.plain.get(key) {
            Some(row) => Ok(row),
            None => Err(key)?,
        }
    }
}

trait Handler<In> {
    type Out;
    type Error: std::error::Error;

    fn handle(&mut self, input: In) -> Result<Self::Out, Self::Error>;
}

impl<F, In, Out> Handler<In> for F
where
    F: FnMut(In) -> Out,
{
    type Out = Out;
    type Error = std::convert::Infallible;

    #[traced_operation]
    fn handle(&mut self, input: In) -> Result<Self::Out, Self::Error> {
        Ok(self(input))
    }
}

#[traced_operation]
fn closure_argument<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[traced_operation]
async fn async_closure_argument<F, R>(f: F) -> Result<R, Box<dyn std::error::Error>>
where
    F: AsyncFnOnce() -> Result<R, std::io::Error>,
{
    Ok(f().await?)
}

#[traced_operation]
fn tuple(n: u8) -> (Result<u8, u8>, impl Sized) {
    (Ok(n), ())
}

#[traced_operation]
fn unit_error() -> Result<(), Box<dyn Fn()>> {
    Err(Box::new(|| ()))
}

#[traced_operation]
#[expect(clippy::manual_async_fn, reason = "the shape is what is tested")]
fn unboxed() -> impl Future<Output = Result<(), Box<dyn std::error::Error>>> {
    async {
        "x".parse::<u8>()?;
        Ok(())
    }
}

/// Futures that run by themselves, or are done, and one that is not looked at.
#[traced_operation]
fn receiver() -> tokio::sync::oneshot::Receiver<u8> {
    tokio::sync::oneshot::channel().1
}

#[traced_operation]
fn ready() -> std::future::Ready<u8> {
    std::future::ready(1)
}

type Work = std::pin::Pin<Box<dyn Future<Output = ()>>>;

#[traced_operation(err = skip)]
fn work() -> Work {
    Box::pin(ready_later())
}

async fn ready_later() {}

fn main() {
    drop((receiver(), ready(), work()));
    drop(forever());
    let mut store = Store { rows: RefCell::default(), plain: HashMap::new() };
    let _ = (store.guard().len(), store.shortened("").len(), store.callback()("").len());
    let _ = store.lazily().count();
    let _ = store.matched("x").is_ok();
    let _ = store.entry("x").is_ok();
    let _ = store.take(&mut Vec::new());
    drop(store.entry_later("x"));
    let _ = (|n: u8| n + 1).handle(1);
    let _ = (closure_argument(|| 1), tuple(1).0, unit_error().is_ok());
    drop(async_closure_argument(async || Ok(1)));
    drop(unboxed());
    let _: [fn(); 2] = [unwanted, || unwanted_at_the_end()];
    drop((wanted_later(), unwanted_later()));
    let _ = wanted(false);
}
