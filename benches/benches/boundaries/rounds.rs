//! Servers in, measurements out: all servers stay up and are put under load in turn, for several rounds.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::args::{Options, Protocol, Server, Stack};
use crate::headers::{self, Times};
use crate::load::Seen;

/// A server under load, per request, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// One second by the requests in it.
    pub(crate) time: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// CPU time of the server's process.
    pub(crate) cpu: f64,
}

/// What was measured, one of each per round.
#[derive(Debug, Default)]
pub(crate) struct All {
    pub(crate) servers: HashMap<Server, Vec<Sample>>,
    pub(crate) headers: Vec<Times>,
}

pub(crate) fn measure(options: &Options) -> Result<All, String> {
    let mut running = Vec::new();
    for protocol in Protocol::ALL {
        for stack in Stack::ALL {
            running.push(Running::start(Server { protocol, stack })?);
        }
    }
    let mut all = All::default();
    // The first round warms up.
    for round in 0..=options.rounds {
        progress(format_args!("round {round} of {}", options.rounds));
        for server in &mut running {
            let sample = server.load(options)?;
            if round > 0 {
                all.servers.entry(server.server).or_default().push(sample);
            }
        }
        // Each comes after each.
        running.reverse();
        if round % 2 == 1 {
            running.rotate_left(1);
        }
        let times = headers::measure(options.length / 20)?;
        if round > 0 {
            all.headers.push(times);
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

fn this_program(protocol: Protocol) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["--protocol", &protocol.to_string()]);
    for (name, _) in std::env::vars_os() {
        // Every stack runs as it comes, whatever the shell is set up for.
        if name.to_string_lossy().starts_with("OTEL_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// A server's process.
struct Running {
    server: Server,
    process: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn start(server: Server) -> Result<Self, String> {
        let mut process = this_program(server.protocol)?
            .args(["--serve", &server.stack.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (ask, answers) = (process.stdin.take(), process.stdout.take());
        let (ask, answers) = ask.zip(answers).ok_or("a server has no pipes")?;
        let mut running = Self {
            server,
            process,
            ask,
            answers: BufReader::new(answers),
            address: String::new(),
        };
        running.address = running.line()?;
        Ok(running)
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }

    /// The CPU time that it has taken so far, in nanoseconds.
    fn cpu(&mut self) -> Result<u64, String> {
        self.ask
            .write_all(b"\n")
            .map_err(|error| error.to_string())?;
        let line = self.line()?;
        line.parse()
            .map_err(|_| format!("the server answered `{line}`"))
    }

    fn load(&mut self, options: &Options) -> Result<Sample, String> {
        let before = self.cpu()?;
        let output = this_program(self.server.protocol)?
            .args(["--load", &self.address])
            .args(["--milliseconds", &options.length.as_millis().to_string()])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        let cpu = self.cpu()? - before;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{:?}: {}: {said}", self.server, output.status));
        }
        let seen: Seen = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{:?}: {error}", self.server))?;
        let requests = seen.requests as f64;
        Ok(Sample {
            time: seen.elapsed_ns as f64 / requests,
            p50: seen.p50_ns as f64,
            p99: seen.p99_ns as f64,
            cpu: cpu as f64 / requests,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
