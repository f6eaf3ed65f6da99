//! A process: its output is read as it comes, its end is awaited with a deadline, and it is killed with its test.

use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::lines::Lines;

pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) stdout: Lines,
    pub(crate) stderr: Lines,
    process: std::process::Child,
    /// A service ends when this closes.
    stdin: Option<ChildStdin>,
}

impl Child {
    pub(crate) fn start(name: &str, mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
        Self {
            name: name.to_owned(),
            stdout: Lines::of(stdout.expect("piped")),
            stderr: Lines::of(stderr.expect("piped")),
            stdin: process.stdin.take(),
            process,
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.process.id().cast_signed()).expect("an id")
    }

    /// Sends a signal. The process was not waited for, so that its id is still its own.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process can be signalled");
    }

    /// Hangs up, as a launcher does that has died.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits until it has ended and all that it printed is read.
    pub(crate) fn wait(&mut self, deadline: Duration) -> ExitStatus {
        // Its ends of the pipes close when it ends, and nobody else holds them.
        let ended =
            self.stdout.wait_until_closed(deadline) && self.stderr.wait_until_closed(deadline);
        assert!(
            ended,
            "{} did not end within {deadline:?}; {self}",
            self.name
        );
        self.process.wait().expect("it is our child")
    }
}

impl std::fmt::Display for Child {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stdout, stderr) = (self.stdout.all(), self.stderr.all());
        writeln!(f, "{} printed:\n{}", self.name, stdout.join("\n"))?;
        write!(f, "and on stderr:\n{}", stderr.join("\n"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
