//! Measurements in, samples out: each measurement in a process of its own, all in turn, for several rounds.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::args::{Measurement, Options};
use crate::child::{Measured, Sample};

/// What all rounds found about one measurement.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) samples: Vec<Sample>,
    /// Spans that ended.
    pub(crate) ended: u64,
    /// Spans that an exporter took, or the receiver in another process.
    pub(crate) exported: u64,
}

pub(crate) type All = HashMap<Measurement, Found>;

/// Makes every measurement in every round; the order turns around from round to round.
pub(crate) fn measure(measurements: &[Measurement], options: &Options) -> Result<All, String> {
    let mut receiver = None;
    let mut all = All::new();
    let rounds = if options.smoke { 1 } else { options.rounds };
    let milliseconds = if options.smoke { 0 } else { 100 };
    for round in 0..rounds {
        let mut order: Vec<&Measurement> = measurements.iter().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for (number, measurement) in order.into_iter().enumerate() {
            progress(format_args!(
                "round {} of {rounds}: {} of {}",
                round + 1,
                number + 1,
                measurements.len()
            ));
            let receiver = match &mut receiver {
                _ if !measurement.stack.is_otlp() => None,
                Some(running) => Some(running),
                none => Some(none.insert(Receiver::start()?)),
            };
            let measured = one(measurement, milliseconds, receiver)?;
            let found = all.entry(measurement.clone()).or_default();
            found.samples.extend(measured.samples);
            found.ended += measured.ended;
            found.exported += measured.exported;
        }
    }
    progress(format_args!(""));
    Ok(all)
}

/// What is going on, to somebody who watches.
fn progress(what: std::fmt::Arguments<'_>) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        let _ = write!(out, "\r\x1b[K{what}");
    }
}

fn this_program() -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        // Every stack runs as it comes, whatever the shell is set up for.
        if name.to_string_lossy().starts_with("OTEL_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

fn one(
    measurement: &Measurement,
    milliseconds: u64,
    receiver: Option<&mut Receiver>,
) -> Result<Measured, String> {
    let Measurement {
        stack,
        shape,
        threads,
    } = measurement;
    let mut command = this_program()?;
    command
        .args(["--stack", &stack.to_string(), "--shape", &shape.to_string()])
        .args(["--threads", &threads.to_string()])
        .args(["--milliseconds", &milliseconds.to_string()]);
    if let Some(receiver) = &receiver {
        command.args(["--endpoint", &receiver.endpoint]);
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{stack}, {shape}: {}: {said}", output.status));
    }
    let mut measured: Measured = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{stack}, {shape}: {error}"))?;
    if let Some(receiver) = receiver {
        measured.exported = receiver.taken()?;
    }
    Ok(measured)
}

/// The receiver's process.
struct Receiver {
    process: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    endpoint: String,
}

impl Receiver {
    fn start() -> Result<Self, String> {
        let mut process = this_program()?
            .arg("--receiver")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (ask, answers) = (process.stdin.take(), process.stdout.take());
        let (ask, answers) = ask.zip(answers).ok_or("the receiver has no pipes")?;
        let mut receiver = Self {
            process,
            ask,
            answers: BufReader::new(answers),
            endpoint: String::new(),
        };
        receiver.endpoint = receiver.line()?;
        Ok(receiver)
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }

    /// Spans taken since this was asked last.
    fn taken(&mut self) -> Result<u64, String> {
        self.ask
            .write_all(b"\n")
            .map_err(|error| error.to_string())?;
        let line = self.line()?;
        line.parse()
            .map_err(|_| format!("the receiver answered `{line}`"))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
