//! A benchmark and the other processes of the same program: what is measured runs in one of its own.

use std::ffi::OsStr;
use std::fmt::Arguments;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// This program once more, in its default configuration, whatever the shell is set up for.
///
/// # Errors
/// When the program's file is not known.
pub fn this_program() -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OTEL_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// What a process of this program with these arguments prints before it ends.
///
/// # Errors
/// What it says when it fails.
pub fn output<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Result<Vec<u8>, String> {
    let output = this_program()?
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {said}", output.status))
}

/// A process of this program that stays: it says where it listens on its first line, and answers each line with a number. It
/// ends with this.
#[derive(Debug)]
pub struct Server {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    /// Starts it with these arguments.
    ///
    /// # Errors
    /// When it cannot be started, or does not say where it listens.
    pub fn start<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut process = this_program()?
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (questions, answers) = pipes.ok_or("the server has no pipes")?;
        let mut server = Self {
            process,
            questions,
            answers: BufReader::new(answers),
            address: String::new(),
        };
        server.address = server.line()?;
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks for its number.
    ///
    /// # Errors
    /// When it answers anything else, or has ended.
    pub fn ask(&mut self) -> Result<u64, String> {
        self.questions
            .write_all(b"\n")
            .map_err(|error| error.to_string())?;
        let line = self.line()?;
        line.parse()
            .map_err(|_| format!("the server answered `{line}`"))
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What is going on, to somebody who watches.
pub fn progress(what: Arguments<'_>) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        let _ = write!(out, "\r\x1b[K{what}");
    }
}
