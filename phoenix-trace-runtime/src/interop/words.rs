//! Keys and scopes of other libraries. The recorder refers to both as statics; those that come from elsewhere are made once
//! and kept for the life of the process. They are few; what is not is refused.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError, RwLock};

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::SpanKind as ApiKind;

use crate::key::RawKey;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};

/// Keys that are kept, and how long one may be.
const KEYS: usize = 4096;
const KEY_LENGTH: usize = 255;
/// Scopes that are told apart.
const SCOPES: usize = 256;

/// Keys that a thread remembers.
const REMEMBERED: usize = 64;

thread_local! {
    /// Each in a place that its length and its last bytes tell.
    static KEYS_HERE: RefCell<[Option<&'static RawKey>; REMEMBERED]> =
        const { RefCell::new([None; REMEMBERED]) };
}

/// The key called `name`. `None`: it is empty or too long, or there are too many already.
pub(super) fn key(name: &str) -> Option<&'static RawKey> {
    let mix = |hash: usize, byte: u8| hash.wrapping_mul(31).wrapping_add(usize::from(byte));
    let place = name.bytes().rev().take(4).fold(name.len(), mix) % REMEMBERED;
    let here = KEYS_HERE.try_with(|keys| {
        let mut keys = keys.borrow_mut();
        let there = &mut keys[place];
        if there.is_none_or(|key| key.name != name) {
            *there = shared(name);
        }
        *there
    });
    // Where the thread is ending it remembers nothing.
    here.unwrap_or_else(|_| shared(name))
}

/// The same for all threads.
fn shared(name: &str) -> Option<&'static RawKey> {
    static KNOWN: LazyLock<RwLock<HashMap<&'static str, &'static RawKey>>> =
        LazyLock::new(RwLock::default);
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = known.get(name) {
        return Some(key);
    }
    drop(known);
    if name.is_empty() || name.len() > KEY_LENGTH {
        return None;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= KEYS && !known.contains_key(name) {
        return None;
    }
    if let Some(key) = known.get(name) {
        return Some(key);
    }
    let name: &'static str = name.to_owned().leak();
    let key: &'static RawKey = Box::leak(Box::new(RawKey::foreign(name)));
    known.insert(name, key);
    Some(key)
}

/// Where the spans of one scope are made: a site for each kind.
#[derive(Debug)]
pub(super) struct Sites([Site; 5]);

impl Sites {
    /// Those of a scope; all that come after very many share one.
    pub(super) fn of(scope: InstrumentationScope) -> &'static Self {
        static KNOWN: LazyLock<Mutex<HashMap<InstrumentationScope, &'static Sites>>> =
            LazyLock::new(Mutex::default);
        static FURTHER: LazyLock<Sites> =
            LazyLock::new(|| Sites::new(InstrumentationScope::builder("further scopes").build()));
        let mut known = lock(&KNOWN);
        if let Some(sites) = known.get(&scope) {
            return sites;
        }
        if known.len() >= SCOPES {
            return &FURTHER;
        }
        let sites: &'static Self = Box::leak(Box::new(Self::new(scope.clone())));
        known.insert(scope, sites);
        sites
    }

    fn new(scope: InstrumentationScope) -> Self {
        let scope: &'static InstrumentationScope = Box::leak(Box::new(scope));
        Self(
            [
                SpanKind::Internal,
                SpanKind::Server,
                SpanKind::Client,
                SpanKind::Producer,
                SpanKind::Consumer,
            ]
            .map(|kind| Site::of_scope(scope, kind)),
        )
    }

    pub(super) fn site(&'static self, kind: Option<&ApiKind>) -> &'static Site {
        let [internal, server, client, producer, consumer] = &self.0;
        match kind {
            None | Some(ApiKind::Internal) => internal,
            Some(ApiKind::Server) => server,
            Some(ApiKind::Client) => client,
            Some(ApiKind::Producer) => producer,
            Some(ApiKind::Consumer) => consumer,
        }
    }
}
