//! Lines on their way to standard output. Who logs appends to a bounded buffer and goes on; a thread of its own takes the
//! whole buffer and writes it. So a terminal that was stopped, or a pipe that nobody reads, holds up nobody. When that thread has
//! ended, with the telemetry of the process, what is still logged is written at once.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::stats::LineStats;
use crate::diag::{self, OncePerMinute};
use crate::record::segment::lock;

/// What may wait to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            lines: 65_536,
            bytes: 16 * 1024 * 1024,
        }
    }
}

/// Where lines are written.
pub(crate) type Out = Box<dyn Write + Send>;

#[derive(Debug)]
pub(super) struct Lines {
    room: Room,
    /// Are they written to standard output, which is there as long as the process is?
    to_stdout: bool,
    state: Mutex<State>,
    /// For the writer: there is something to do.
    wake: Condvar,
    /// For who waits: something was done.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What waits, and how many lines it has.
    buffer: Vec<u8>,
    lines: usize,
    /// What is being written.
    writing: Writing,
    /// The writer sleeps.
    asleep: bool,
    closed: bool,
    /// The writer has ended, or is not waited for any more.
    ended: bool,
    /// It has ended in time, and lines can be written without it.
    without_writer: bool,
    /// Lines that were given up since the last one that says so.
    untold: u64,
    /// Lines that were taken into the buffer, and those of them that are done with.
    taken: u64,
    over: u64,
    account: LineStats,
}

#[derive(Clone, Copy, Debug, Default)]
struct Writing {
    lines: usize,
    bytes: usize,
}

/// A line that tells how many lines are missing before it.
pub(super) type Missing = Box<dyn Fn(u64, &mut Vec<u8>) + Send>;

impl Lines {
    /// Starts the thread that writes to `out`; `None`: to standard output.
    pub(super) fn start(room: Room, out: Option<Out>, missing: Missing) -> io::Result<Arc<Self>> {
        let lines = Arc::new(Self {
            room,
            to_stdout: out.is_none(),
            state: Mutex::default(),
            wake: Condvar::new(),
            done: Condvar::new(),
        });
        let writer = Writer {
            lines: lines.clone(),
            out: out.unwrap_or_else(|| Box::new(io::stdout())),
            missing,
            complaint: OncePerMinute::default(),
        };
        std::thread::Builder::new()
            .name("phoenix-trace/log".to_owned())
            .spawn(move || writer.run())?;
        Ok(lines)
    }

    /// Takes a line with its end, if there is room for it.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.ended {
            drop(state);
            return self.write_late(line);
        }
        let bytes = state.buffer.len() + state.writing.bytes + line.len();
        if state.lines + state.writing.lines >= self.room.lines || bytes > self.room.bytes {
            state.account.queue_full += 1;
            state.untold += 1;
            return;
        }
        state.buffer.extend_from_slice(line);
        state.lines += 1;
        state.taken += 1;
        if std::mem::take(&mut state.asleep) {
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Writes a line that comes after the writer's end. To somebody's own writer, which is gone, or where standard output held
    /// the writer up, it is not written.
    fn write_late(&self, line: &[u8]) {
        let writes = self.lock().without_writer;
        let written = writes && io::stdout().lock().write_all(line).is_ok();
        let account = &mut self.lock().account;
        let count = match (writes, written) {
            (true, true) => &mut account.written,
            (true, false) => &mut account.failed,
            (false, _) => &mut account.already_shutdown,
        };
        *count += 1;
    }

    /// Waits until what is there by now is written. `false`: it took longer.
    pub(super) fn flush(&self, until: Instant) -> bool {
        let mark = self.lock().taken;
        self.wait(until, |state| state.over >= mark || state.ended)
    }

    /// Has the writer end as soon as no line waits, and waits for that. What it has not written by then is accounted for as not
    /// written.
    pub(super) fn close(&self, until: Instant) -> bool {
        self.lock().closed = true;
        self.wake.notify_one();
        let ended = self.wait(until, |state| state.ended);
        let mut state = self.lock();
        if !std::mem::replace(&mut state.ended, true) {
            state.account.already_shutdown += state.lines as u64;
            // Nobody knows how much of it was written.
            state.account.failed += state.writing.lines as u64;
            (state.lines, state.writing) = (0, Writing::default());
            state.buffer = Vec::new();
        }
        ended
    }

    pub(super) fn stats(&self) -> LineStats {
        let state = self.lock();
        LineStats {
            queued: (state.lines + state.writing.lines) as u64,
            ..state.account
        }
    }

    fn wait(&self, until: Instant, done: impl Fn(&State) -> bool) -> bool {
        let mut state = self.lock();
        while !done(&state) {
            let Some(left) = until.checked_duration_since(Instant::now()) else {
                return false;
            };
            let waited = self.done.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

struct Writer {
    lines: Arc<Lines>,
    out: Out,
    missing: Missing,
    complaint: OncePerMinute,
}

impl Writer {
    fn run(mut self) {
        super::origin::suppress_here();
        let mut chunk = Vec::new();
        while let Some(untold) = self.next(&mut chunk) {
            let written = self.write(&chunk);
            if untold > 0 {
                chunk.clear();
                (self.missing)(untold, &mut chunk);
                // It is no line of the program's, and not counted among them.
                self.write(&chunk);
                diag::line(format_args!(
                    "{untold} log line(s) are missing: standard output did not take them in time"
                ));
            }
            let mut state = self.lines.lock();
            if state.ended {
                return;
            }
            let writing = std::mem::take(&mut state.writing).lines as u64;
            state.account.written += written.min(writing);
            state.account.failed += writing - written.min(writing);
            state.over += writing;
            drop(state);
            self.lines.done.notify_all();
        }
        let mut state = self.lines.lock();
        state.ended = true;
        state.without_writer = self.lines.to_stdout;
        drop(state);
        self.lines.done.notify_all();
    }

    /// Takes the lines that wait, and tells how many are missing after them. `None`: there will be no more.
    fn next(&self, chunk: &mut Vec<u8>) -> Option<u64> {
        const KEEP: usize = 256 * 1024;
        chunk.clear();
        chunk.shrink_to(KEEP);
        let mut state = self.lines.lock();
        while state.lines == 0 && state.untold == 0 {
            if state.closed {
                return None;
            }
            state.asleep = true;
            let waited = self.lines.wake.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.asleep = false;
        std::mem::swap(&mut state.buffer, chunk);
        state.writing = Writing {
            lines: std::mem::take(&mut state.lines),
            bytes: chunk.len(),
        };
        Some(std::mem::take(&mut state.untold))
    }

    /// Writes whole lines, and tells how many of them were written.
    fn write(&mut self, chunk: &[u8]) -> u64 {
        const PAUSE: Duration = Duration::from_millis(10);
        let mut written = 0;
        while written < chunk.len() {
            match self.out.write(&chunk[written..]) {
                Ok(0) => break,
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // It does not block where it should: it is asked again, until nobody waits any more.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.lines.lock().ended {
                        break;
                    }
                    std::thread::sleep(PAUSE);
                }
                Err(error) => {
                    self.complain(&error);
                    break;
                }
            }
        }
        if let Err(error) = self.out.flush() {
            self.complain(&error);
        }
        let ends = chunk[..written].iter().filter(|byte| **byte == b'\n');
        ends.count() as u64
    }

    fn complain(&self, error: &io::Error) {
        self.complaint.line(format_args!(
            "log lines cannot be written ({error}); requests are not affected"
        ));
    }
}
