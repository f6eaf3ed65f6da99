//! A program that runs: what it says, and how it ended. It is killed with its test.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

pub(crate) struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// Its last words on standard output.
    pub(crate) account: String,
    pub(crate) stderr: String,
    /// From the signal on.
    pub(crate) took: Duration,
}

impl Program {
    /// Nothing is sent for an hour, unless a flush asks for it.
    pub(crate) fn start(name: &str, vars: &[(&str, &str)]) -> Self {
        let this = std::env::current_exe().expect("this program has a path");
        Self::run(Command::new(this).arg(name), vars)
    }

    pub(crate) fn run(program: &mut Command, vars: &[(&str, &str)]) -> Self {
        let mut child = program
            .env_clear()
            .env("OTEL_BSP_SCHEDULE_DELAY", "3600000")
            .env("OTEL_METRICS_EXPORTER", "none")
            .envs(vars.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, out }
    }

    pub(crate) fn wait_until_ready(self) -> Self {
        self.wait_until("ready")
    }

    /// Until this is its next line.
    pub(crate) fn wait_until(mut self, said: &str) -> Self {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("it says something");
        assert_eq!(line.trim_end(), said, "{:?}", self.ended(Instant::now()));
        self
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok();
        let pid = pid.and_then(Pid::from_raw).expect("a process has an id");
        kill_process(pid, signal).expect("it runs");
    }

    /// SIGTERM, and what comes of it.
    pub(crate) fn terminate(self) -> Ended {
        self.signal(Signal::TERM);
        self.wait()
    }

    pub(crate) fn wait(mut self) -> Ended {
        self.ended(Instant::now())
    }

    fn ended(&mut self, since: Instant) -> Ended {
        let (mut account, mut stderr) = (String::new(), String::new());
        // What a program says at its end fits into the pipe of the other stream.
        self.out.read_to_string(&mut account).expect("it is text");
        let err = self.child.stderr.as_mut().expect("it is piped");
        err.read_to_string(&mut stderr).expect("it is text");
        let status = self.child.wait().expect("it ends");
        Ended {
            status,
            account: account.trim().to_owned(),
            stderr,
            took: since.elapsed(),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
