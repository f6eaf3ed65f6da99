//! Who is told of the requests of one signal: each is called with every request that is accepted, if only in part.

use std::sync::{Arc, Mutex, PoisonError};

type Subscriber<R> = Arc<dyn Fn(&R) + Send + Sync>;

pub(super) struct Subscribers<R>(Mutex<Vec<Subscriber<R>>>);

impl<R> Default for Subscribers<R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<R> Subscribers<R> {
    pub(super) fn add(&self, subscriber: impl Fn(&R) + Send + Sync + 'static) {
        self.lock().push(Arc::new(subscriber));
    }

    /// To be called before what is in the request can be seen, so that who waits for that finds the subscribers' effects, and
    /// outside of any lock, so that they may use the receiver.
    pub(super) fn tell(&self, request: &R) {
        let all = self.lock().clone();
        all.iter().for_each(|subscriber| subscriber(request));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Subscriber<R>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
