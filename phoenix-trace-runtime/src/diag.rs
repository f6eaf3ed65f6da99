//! What the toolkit has to say about itself: single lines on standard error, the repeated ones at most once a minute.

use std::fmt;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::record::segment::lock;

/// One line. A closed standard error is no reason to fail.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "phoenix-trace: {text}");
}

/// Lets one line through in each minute.
#[derive(Debug, Default)]
pub(crate) struct OncePerMinute(Mutex<Option<Instant>>);

impl OncePerMinute {
    /// Was it let through?
    pub(crate) fn line(&self, text: fmt::Arguments<'_>) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut last = lock(&self.0);
        let due = last.is_none_or(|last| last.elapsed() >= MINUTE);
        if due {
            *last = Some(Instant::now());
            line(text);
        }
        due
    }
}
