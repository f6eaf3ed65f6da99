//! Messages that carry the span of their sender through a channel.

use std::fmt;
use std::future::Future;

use super::branch::Branch;
use super::run::InSpan;
use crate::outcome::Outcome;

/// A message together with the span that was current where it was made: what its receiver does for it is recorded below
/// that span, on whatever thread or task, however late. It goes through channels of every kind.
///
/// While it waits, the sender's segment waits with it, for its grace period at most; what is recorded after the segment
/// was decided follows the decision. Made without a span, it carries none.
///
/// ```
/// use phoenix_trace::Carried;
///
/// let (sender, receiver) = std::sync::mpsc::channel();
/// sender.send(Carried::new("order 7")).unwrap();
///
/// for message in receiver.try_iter() {
///     let length = message.run(|order| order.len());
///     assert_eq!(length, 7);
/// }
/// ```
pub struct Carried<T> {
    message: T,
    span: Branch,
}

impl<T> Carried<T> {
    /// `message`, with the span that is current here and now.
    pub fn new(message: T) -> Self {
        let span = Branch::here();
        Self { message, span }
    }

    /// Gives the message to `f`, which runs below the span of its sender.
    pub fn run<R>(self, f: impl FnOnce(T) -> R) -> R {
        let Self { message, mut span } = self;
        let mut running = span.enter();
        let returned = f(message);
        running.settle(Outcome::Ok);
        returned
    }

    /// Gives the message to `f`, whose future runs below the span of its sender. `f` is called with the first poll.
    ///
    /// ```
    /// use phoenix_trace::Carried;
    ///
    /// # async fn example(mut receiver: tokio::sync::mpsc::Receiver<Carried<String>>) {
    /// while let Some(message) = receiver.recv().await {
    ///     message.in_span(|order| async move { println!("{order}") }).await;
    /// }
    /// # }
    /// ```
    pub fn in_span<F, R>(self, f: F) -> InSpan<impl Future<Output = R::Output>>
    where
        F: FnOnce(T) -> R,
        R: Future,
    {
        let Self { message, span } = self;
        InSpan::below(async move { f(message).await }, span)
    }

    /// The message.
    pub fn get(&self) -> &T {
        &self.message
    }

    /// The message alone: what is done for it is recorded wherever that happens.
    pub fn into_inner(self) -> T {
        self.message
    }
}

impl<T: fmt::Debug> fmt::Debug for Carried<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Carried").field(&self.message).finish()
    }
}
