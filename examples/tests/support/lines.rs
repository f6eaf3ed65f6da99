//! The lines of a pipe, as they come.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    closed: bool,
}

/// What was read so far; a thread goes on reading until the pipe is closed.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<(Mutex<Seen>, Condvar)>);

impl Lines {
    pub(crate) fn of(pipe: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let reader = lines.clone();
        thread::spawn(move || reader.read(BufReader::new(pipe)));
        lines
    }

    fn read(&self, mut pipe: impl BufRead) {
        loop {
            let mut line = Vec::new();
            // A pipe that cannot be read any more is closed.
            let ended = matches!(pipe.read_until(b'\n', &mut line), Ok(0) | Err(_));
            self.change(|seen| match ended {
                true => seen.closed = true,
                false => seen
                    .lines
                    .push(String::from_utf8_lossy(&line).trim_end_matches('\n').into()),
            });
            if ended {
                return;
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Seen)) {
        let (seen, changed) = &*self.0;
        change(&mut seen.lock().unwrap_or_else(PoisonError::into_inner));
        changed.notify_all();
    }

    /// All lines so far.
    pub(crate) fn all(&self) -> Vec<String> {
        let seen = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.lines.clone()
    }

    /// Waits for the first line that `find` finds. `None`: the pipe was closed without it, or the time is over.
    pub(crate) fn wait_for<T>(
        &self,
        deadline: Duration,
        mut find: impl FnMut(&str) -> Option<T>,
    ) -> Option<T> {
        let mut found = None;
        self.wait(deadline, |seen| {
            found = seen.lines.iter().find_map(|line| find(line));
            found.is_some() || seen.closed
        });
        found
    }

    /// Waits until the other end is closed, as it is when its process ends. `false`: the time is over.
    pub(crate) fn wait_until_closed(&self, deadline: Duration) -> bool {
        self.wait(deadline, |seen| seen.closed)
    }

    fn wait(&self, deadline: Duration, mut done: impl FnMut(&Seen) -> bool) -> bool {
        let (seen, changed) = &*self.0;
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(seen, deadline, |seen| !done(seen));
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}
