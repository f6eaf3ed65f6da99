//! Tasks of a `JoinSet` that carry the current span.

use std::future::Future;

use tokio::task::{AbortHandle, JoinSet};

use super::carry::{InCurrentSpan as _, carry};

/// Spawns on a [`JoinSet`], below the span that is current where the task is spawned.
///
/// ```
/// use phoenix_trace::SpawnInCurrentSpan;
/// use tokio::task::JoinSet;
///
/// # async fn example() {
/// let mut tasks = JoinSet::new();
/// for shard in 0..4 {
///     tasks.spawn_in_current_span(async move { shard * 2 });
/// }
/// tasks.spawn_blocking_in_current_span(|| 42);
/// let results = tasks.join_all().await;
/// # }
/// ```
///
/// On everything else that spawns futures, such as a runtime's `Handle` or a `LocalSet`, spawn
/// [`future.in_current_span()`](super::carry::InCurrentSpan::in_current_span).
pub trait SpawnInCurrentSpan<T> {
    /// [`JoinSet::spawn`] that carries the current span into the task.
    ///
    /// # Panics
    /// Outside of a Tokio runtime, as `JoinSet::spawn` does.
    fn spawn_in_current_span<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send;

    /// [`JoinSet::spawn_local`] that carries the current span into the task.
    ///
    /// # Panics
    /// Outside of a `LocalSet`, as `JoinSet::spawn_local` does.
    fn spawn_local_in_current_span<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static;

    /// [`JoinSet::spawn_blocking`] that carries the current span into the closure.
    ///
    /// # Panics
    /// Outside of a Tokio runtime, as `JoinSet::spawn_blocking` does.
    fn spawn_blocking_in_current_span<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send;
}

impl<T: 'static> SpawnInCurrentSpan<T> for JoinSet<T> {
    fn spawn_in_current_span<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.spawn(task.in_current_span())
    }

    fn spawn_local_in_current_span<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.spawn_local(task.in_current_span())
    }

    fn spawn_blocking_in_current_span<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.spawn_blocking(carry(f))
    }
}
