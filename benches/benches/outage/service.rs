//! The service as it is seen from outside: its memory and what it prints.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use phoenix_trace_benches::processes::this_program;

use crate::load::Account;

/// A process that records at full load.
pub(crate) struct Service {
    process: Child,
    started: Instant,
    memory: Vec<Memory>,
    lines: Arc<Mutex<Vec<Line>>>,
    listener: JoinHandle<()>,
}

/// Resident memory at a time since the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) at: Duration,
    pub(crate) bytes: u64,
}

/// A line of standard error, and when it came since the start.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Duration,
    pub(crate) text: String,
}

impl Service {
    pub(crate) fn start(collector: SocketAddr, threads: usize) -> Result<Self, String> {
        let mut process = this_program()?
            .args(["--load", &collector.to_string()])
            .args(["--threads", &threads.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let started = Instant::now();
        let lines = Arc::<Mutex<Vec<Line>>>::default();
        let said = process.stderr.take().ok_or("no standard error")?;
        let listener = std::thread::spawn({
            let lines = lines.clone();
            move || {
                for text in BufReader::new(said).lines().map_while(Result::ok) {
                    let at = started.elapsed();
                    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                    lines.push(Line { at, text });
                }
            }
        });
        Ok(Self {
            process,
            started,
            memory: Vec::new(),
            lines,
            listener,
        })
    }

    pub(crate) fn runs_for(&self) -> Duration {
        self.started.elapsed()
    }

    /// Reads the resident memory.
    pub(crate) fn measure(&mut self) -> Result<(), String> {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).map_err(|error| error.to_string())?;
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().strip_suffix("kB"))
            .and_then(|kib| kib.trim().parse::<u64>().ok())
            .ok_or("the service has ended")?;
        self.memory.push(Memory {
            at: self.started.elapsed(),
            bytes: kib * 1024,
        });
        Ok(())
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        let lines = self.lines.lock();
        lines.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last minute in a line.
    pub(crate) fn so_far(&self) -> String {
        let last_minute = |memory: &&Memory| memory.at + Duration::from_secs(60) >= self.runs_for();
        let bytes = self.memory.iter().filter(last_minute);
        format!(
            "minute {:>3}: {:>6.1} MiB at most, {} line(s) so far",
            self.runs_for().as_secs() / 60,
            mib(bytes.map(|memory| memory.bytes).max().unwrap_or(0)),
            self.lines().len(),
        )
    }

    /// Ends it, and gives out what was seen of it, and its own account.
    pub(crate) fn end(mut self) -> Result<(Vec<Memory>, Vec<Line>, Account), String> {
        drop(self.process.stdin.take());
        let output = self
            .process
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        let _ = self.listener.join();
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        if !output.status.success() {
            return Err(format!(
                "the service ended with {}: {lines:?}",
                output.status
            ));
        }
        let account = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        Ok((self.memory, lines, account))
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is printed")]
pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
