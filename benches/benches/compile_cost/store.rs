//! What the generated functions work on: a part of every generated crate, written once for all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

#[derive(Debug)]
pub enum Error {
    Missing(String),
    Limit(u64),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "nothing is stored under {key}"),
            Self::Limit(found) => write!(f, "{found} is more than allowed"),
        }
    }
}

impl std::error::Error for Error {}

/// A client of a store, of which each call suspends once.
#[derive(Default)]
pub struct Store(Mutex<BTreeMap<String, u64>>);

impl Store {
    pub async fn get(&self, key: &str) -> Result<u64, Error> {
        Turn::default().await;
        self.found(key)
    }

    pub async fn put(&self, key: &str, value: u64) -> Result<(), Error> {
        Turn::default().await;
        self.store(key, value);
        Ok(())
    }

    #[inline(never)]
    fn found(&self, key: &str) -> Result<u64, Error> {
        let found = self.entries().get(key).copied();
        found.ok_or_else(|| Error::Missing(key.to_owned()))
    }

    #[inline(never)]
    fn store(&self, key: &str, value: u64) {
        self.entries().insert(key.to_owned(), value);
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

pub type Handled<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;
pub type Handler = for<'a> fn(&'a Store, &'a str, u64) -> Handled<'a>;

pub fn block_on(mut future: Handled<'_>) -> Result<u64, Error> {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
