//! Where all log records of a process come together, and go on to standard output and to the collector.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::logs::Severity;

use super::held::Held;
use super::line::{Form, LogFormat};
use super::lines::{self, Lines, Out, Room};
use super::origin;
#[cfg(feature = "otlp")]
use super::queue::{Capacity, Queue};
use super::record::{Limits, Record};
use super::stats::{Account, LogStats};
#[cfg(feature = "otlp")]
use crate::pipeline::Component;
#[cfg(feature = "testing")]
use crate::record::segment::lock;
use crate::sensitive::Sensitive;

/// Which logs of dropped traces are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogsOfDropped {
    /// All of them: logs do not wait for what becomes of their trace. The default.
    #[default]
    All,
    /// Those at `WARN` and above. Others wait until their trace is decided.
    Warn,
    /// None. All logs of a request wait until its trace is decided.
    None,
}

impl LogsOfDropped {
    fn keeps(self, severity: Severity) -> bool {
        match self {
            Self::All => true,
            Self::Warn => severity >= Severity::Warn,
            Self::None => false,
        }
    }
}

/// What logs are made with.
pub(crate) struct Settings {
    pub(crate) service: String,
    pub(crate) limits: Limits,
    pub(crate) format: LogFormat,
    pub(crate) output: Output,
    pub(crate) room: Room,
    pub(crate) of_dropped: LogsOfDropped,
    pub(crate) span_fields: bool,
    pub(crate) sensitive: Sensitive,
    #[cfg(feature = "otlp")]
    pub(crate) export: Option<Capacity>,
}

/// Where lines are written.
#[derive(Default)]
pub(crate) enum Output {
    #[default]
    Stdout,
    Writer(Out),
    #[cfg(feature = "testing")]
    Nowhere,
    /// Records are kept as they are, for a test to see.
    #[cfg(feature = "testing")]
    Memory,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stdout => "Stdout",
            Self::Writer(_) => "Writer",
            #[cfg(feature = "testing")]
            Self::Nowhere => "Nowhere",
            #[cfg(feature = "testing")]
            Self::Memory => "Memory",
        })
    }
}

/// What a strand may hold until it is decided.
const HELD_RECORDS: usize = 1024;
const HELD_BYTES: usize = 512 * 1024;
/// What all strands may hold together.
const ALL_HELD_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Logs {
    service: String,
    pub(super) limits: Limits,
    of_dropped: LogsOfDropped,
    pub(super) span_fields: bool,
    sensitive: Sensitive,
    lines: Option<(Arc<Lines>, Form)>,
    #[cfg(feature = "otlp")]
    pub(super) queue: Option<Queue>,
    #[cfg(feature = "testing")]
    memory: Option<std::sync::Mutex<Vec<Record>>>,
    account: Account,
    held_bytes: AtomicUsize,
}

impl Logs {
    /// Starts the thread that writes lines, if there are to be any.
    pub(crate) fn start(settings: Settings) -> io::Result<Arc<Self>> {
        let Settings { service, room, .. } = settings;
        #[cfg(feature = "testing")]
        let memory = matches!(settings.output, Output::Memory).then(Default::default);
        let (form, out): (_, Option<Out>) = match settings.output {
            Output::Stdout => (settings.format.on_stdout(), None),
            Output::Writer(out) => (settings.format.elsewhere(), Some(out)),
            #[cfg(feature = "testing")]
            Output::Nowhere | Output::Memory => (None, None),
        };
        let lines = match form {
            Some(form) => {
                let name = service.clone();
                let missing: lines::Missing =
                    Box::new(move |number, out| form.write(&missing(number), &name, out));
                Some((Lines::start(room, out, missing)?, form))
            }
            None => None,
        };
        Ok(Arc::new(Self {
            service,
            limits: settings.limits,
            of_dropped: settings.of_dropped,
            span_fields: settings.span_fields,
            sensitive: settings.sensitive,
            lines,
            #[cfg(feature = "otlp")]
            queue: settings.export.map(Queue::new),
            #[cfg(feature = "testing")]
            memory,
            account: Account::default(),
            held_bytes: AtomicUsize::new(0),
        }))
    }

    /// Takes a record in, without what is sensitive: it is passed on, or waits for the decision on its trace.
    pub(super) fn log(self: &Arc<Self>, record: &mut Record) {
        record.redact(&self.sensitive);
        self.account.logged.add(1);
        let waits = !self.of_dropped.keeps(record.severity)
            && origin::hold(|held: &mut Held| held.push(self, record));
        if !waits {
            self.send(record);
        }
    }

    /// Passes a record on.
    pub(super) fn send(&self, record: &Record) {
        if let Some((lines, form)) = &self.lines {
            with_buffer(|buffer| {
                form.write(record, &self.service, buffer);
                lines.push(buffer);
            });
        }
        #[cfg(feature = "otlp")]
        if let Some(queue) = &self.queue {
            queue.push(record);
        }
        #[cfg(feature = "testing")]
        if let Some(memory) = &self.memory {
            lock(memory).push(record.clone());
        }
    }

    /// May another record wait, where so many do? Warnings have twice the room of others.
    pub(super) fn hold(&self, records: usize, held: usize, record: &Record, bytes: usize) -> bool {
        let times = if record.severity >= Severity::Warn {
            2
        } else {
            1
        };
        let has_room = records < times * HELD_RECORDS
            && held + bytes <= times * HELD_BYTES
            && self.held_bytes.load(Ordering::Relaxed) + bytes <= times * ALL_HELD_BYTES;
        if has_room {
            self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
            self.account.held.add(1);
        } else {
            self.account.no_room.add(1);
        }
        has_room
    }

    /// Do records wait for the decision on their trace?
    pub(crate) fn is_holding(&self) -> bool {
        self.account.held.get() > 0
    }

    /// So many records wait no longer.
    pub(super) fn unhold(&self, records: usize, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.account.held.sub(records as u64);
    }

    pub(super) fn discard(&self, records: usize) {
        self.account.discarded.add(records as u64);
    }

    /// Waits until the lines that are there by now are written.
    pub(crate) fn flush_lines(&self, until: Instant) -> bool {
        self.lines
            .as_ref()
            .is_none_or(|(lines, _)| lines.flush(until))
    }

    /// The last lines are written by the thread that writes them; later ones at once, by who logs, or not at all.
    pub(crate) fn close_lines(&self, until: Instant) -> bool {
        /// For lines that nothing holds up, however late it is.
        const GRACE: Duration = Duration::from_millis(50);
        let until = until.max(Instant::now() + GRACE);
        self.lines
            .as_ref()
            .is_none_or(|(lines, _)| lines.close(until))
    }

    /// How many records the queue to the collector takes.
    #[cfg(feature = "otlp")]
    pub(crate) fn queue_capacity(&self) -> usize {
        self.queue
            .as_ref()
            .map_or(0, |queue| queue.settings().records)
    }

    /// What the exporter is called in metrics, if there is one.
    #[cfg(feature = "otlp")]
    pub(crate) fn exporter(&self) -> Option<&Component> {
        self.queue.as_ref().map(|queue| &queue.settings().component)
    }

    /// How many records are being sent.
    #[cfg(feature = "otlp")]
    pub(crate) fn in_flight(&self) -> usize {
        self.queue.as_ref().map_or(0, Queue::in_flight)
    }

    pub(crate) fn stats(&self) -> LogStats {
        #[cfg(feature = "otlp")]
        let export = self.queue.as_ref().map(Queue::stats);
        #[cfg(not(feature = "otlp"))]
        let export = None;
        LogStats {
            logged: self.account.logged.get(),
            discarded: self.account.discarded.get(),
            no_room: self.account.no_room.get(),
            held: self.account.held.get(),
            lines: self.lines.as_ref().map(|(lines, _)| lines.stats()),
            export,
        }
    }

    /// What a test sees.
    #[cfg(feature = "testing")]
    pub(crate) fn in_memory(&self) -> Vec<Record> {
        let memory = self.memory.as_ref();
        memory.map_or_else(Vec::new, |memory| lock(memory).clone())
    }
}

/// The line that stands for lines that are missing.
fn missing(number: u64) -> Record {
    let mut record = Record::new();
    record.time = SystemTime::now();
    record.severity = Severity::Warn;
    record.set_target("phoenix_trace");
    record.set_message(format_args!(
        "{number} log line(s) are missing here: standard output did not take them in time"
    ));
    record
}

/// Lends an empty buffer, one for each thread that logs.
fn with_buffer(f: impl FnOnce(&mut Vec<u8>)) {
    const KEEP: usize = 16 * 1024;
    thread_local!(static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) });
    let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    f(&mut buffer);
    buffer.shrink_to(KEEP);
    let _ = BUFFER.try_with(|place| place.set(buffer));
}
