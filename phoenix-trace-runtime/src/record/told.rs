//! What user code has to say, as text: asked for while nothing of the recorder is borrowed, and bounded in length.

use std::fmt::{self, Write as _};

use crate::outcome::{Failure, source_of};

/// How much of an error's message is kept, in bytes.
pub(crate) const MESSAGE_LENGTH: usize = 1024;

/// An error as text, asked for while nothing of the recorder was borrowed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) message: String,
    pub(crate) sources: Vec<String>,
    /// Is it told as an exception event too?
    pub(crate) exception: bool,
}

impl Told {
    /// The messages of a failure and of its sources, each at most [`MESSAGE_LENGTH`] long.
    pub(crate) fn of(failure: &Failure<'_>) -> Self {
        const MAX_SOURCES: usize = 16;
        let mut sources = Vec::new();
        let mut next = failure.source;
        while let Some(source) = next
            && sources.len() < MAX_SOURCES
        {
            sources.push(bounded(format_args!("{source}"), MESSAGE_LENGTH));
            next = source_of(source);
        }
        Self {
            message: bounded(format_args!("{}", failure.message), MESSAGE_LENGTH),
            sources,
            exception: failure.exception,
        }
    }
}

impl Told {
    /// What it holds in memory.
    pub(super) fn bytes(&self) -> usize {
        self.message.len() + self.sources.iter().map(String::len).sum::<usize>()
    }
}

/// Formats into at most `limit` bytes. An implementation of `Display` that fails or panics leaves what it had written.
pub(crate) fn bounded(text: fmt::Arguments<'_>, limit: usize) -> String {
    struct Bounded(String, usize);
    impl fmt::Write for Bounded {
        fn write_str(&mut self, s: &str) -> fmt::Result {
            let room = self.1.saturating_sub(self.0.len());
            self.0.push_str(cut(s, room));
            if s.len() > room {
                Err(fmt::Error)
            } else {
                Ok(())
            }
        }
    }
    if let Some(text) = text.as_str() {
        return cut(text, limit).to_owned();
    }
    let mut out = Bounded(String::new(), limit);
    let written = unharmed(|| out.write_fmt(text));
    if written.is_none() && out.0.is_empty() {
        out.0.push_str("(its formatting panicked)");
    }
    out.0
}

/// Runs code of the user's; `None`: it panicked, which is no reason to unwind into who records.
pub fn unharmed<R>(f: impl FnOnce() -> R) -> Option<R> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).ok()
}

/// At most `limit` bytes of `text`, cut where a character ends.
#[inline]
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
