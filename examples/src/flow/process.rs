//! One service as a process: started, watched, asked to end. What it prints on stdout is read for its reports; its log lines
//! go to our stderr as they are, the rest and its stderr with the service's name.

use std::collections::VecDeque;
use std::env;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::account::{Account, Report};
use super::health;
use crate::cli::ServiceName;

/// How long a service may take until its health check passes.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How long a service may take to end: it waits for open segments, then flushes, five seconds at most each.
const END_WITHIN: Duration = Duration::from_secs(12);
/// How many of its last lines an error quotes.
const LAST_WORDS: usize = 5;

pub(crate) struct ServiceProcess {
    pub(crate) name: ServiceName,
    pub(crate) address: SocketAddr,
    pid: Pid,
    exit: watch::Receiver<Option<ExitStatus>>,
    output: JoinHandle<Option<Account>>,
    last_words: LastWords,
    /// The service ends when this closes.
    _stdin: Option<ChildStdin>,
}

/// A service that did not start, or ended by itself.
#[derive(Debug)]
pub(crate) struct ServiceError {
    name: ServiceName,
    what: String,
    last_words: Vec<String>,
}

type LastWords = Arc<Mutex<VecDeque<String>>>;

impl ServiceProcess {
    /// Starts a service with settings for its environment, and waits until its health check passes.
    pub(crate) async fn start(
        name: ServiceName,
        settings: &[(String, String)],
    ) -> Result<Self, ServiceError> {
        let failed = |what: String| ServiceError {
            name,
            what,
            last_words: Vec::new(),
        };
        let mut child =
            spawn(name, settings).map_err(|error| failed(format!("cannot be started: {error}")))?;
        let pid = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .ok_or_else(|| failed("ended at once".into()))?;

        let last_words = LastWords::default();
        let (say, listening) = oneshot::channel();
        let output = tokio::spawn(read_reports(name, child.stdout.take(), say));
        let errors = tokio::spawn(read_errors(
            name,
            child.stderr.take(),
            Arc::clone(&last_words),
        ));
        let stdin = child.stdin.take();
        let (exited, exit) = watch::channel(None);
        tokio::spawn(async move {
            let status = child.wait().await;
            // All that it said is read before its end is known, so that an error can quote it.
            let _ = errors.await;
            let _ = exited.send(Some(status.unwrap_or_default()));
        });
        let mut process = Self {
            name,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            pid,
            exit,
            output,
            last_words,
            _stdin: stdin,
        };
        match timeout(READY_WITHIN, process.ready(listening)).await {
            Ok(ready) => ready.map(|()| process),
            Err(_) => Err(process.error(format!("was not ready within {READY_WITHIN:?}"))),
        }
    }

    /// Resolves when the process ends, to an error that says so.
    pub(crate) async fn died(&self) -> ServiceError {
        let status = self.ended().await;
        self.error(format!("ended by itself ({status})"))
    }

    /// Asks the process to end, waits until it has flushed, and returns its account; kills it if it takes too long.
    pub(crate) async fn stop(mut self) -> Result<Option<Account>, ServiceError> {
        self.signal(Signal::TERM);
        if timeout(END_WITHIN, self.ended()).await.is_err() {
            self.signal(Signal::KILL);
            self.ended().await;
            return Err(self.error(format!("did not end within {END_WITHIN:?} and was killed")));
        }
        (&mut self.output)
            .await
            .map_err(|error| self.error(format!("its output could not be read: {error}")))
    }

    async fn ready(
        &mut self,
        listening: oneshot::Receiver<SocketAddr>,
    ) -> Result<(), ServiceError> {
        let ready = async {
            // An error means that the output ended, which the other branch tells.
            let Ok(address) = listening.await else {
                return std::future::pending().await;
            };
            health::wait_until_healthy(self.name, address).await;
            address
        };
        tokio::select! {
            address = ready => {
                self.address = address;
                Ok(())
            }
            status = self.ended() => Err(self.error(format!("ended before it was ready ({status})"))),
        }
    }

    async fn ended(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        // The sender goes only after it has told the status.
        let status = exit.wait_for(Option::is_some).await;
        status.ok().and_then(|status| *status).unwrap_or_default()
    }

    fn signal(&self, signal: Signal) {
        // Once the process was waited for, its id may be another's.
        if self.exit.borrow().is_none() {
            let _ = kill_process(self.pid, signal);
        }
    }

    fn error(&self, what: String) -> ServiceError {
        let words = self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ServiceError {
            name: self.name,
            what,
            last_words: words.iter().cloned().collect(),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.what)?;
        match self.last_words.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.last_words.join(" / ")),
        }
    }
}

impl std::error::Error for ServiceError {}

fn spawn(name: ServiceName, settings: &[(String, String)]) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    // What our user has set for other programs must not send the spans elsewhere; the sampler is theirs to choose.
    for (variable, _) in env::vars_os() {
        let lossy = variable.to_string_lossy();
        if lossy.starts_with("OTEL_") && !lossy.starts_with("OTEL_TRACES_SAMPLER") {
            command.env_remove(&variable);
        }
    }
    command
        .args(["service", name.as_str(), "--attached"])
        .env_remove("SERVICE_NAME")
        .env_remove("LISTEN_ADDR")
        .envs(settings.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        // Ctrl-C on the terminal reaches the launcher alone, which ends the services in order.
        .process_group(0)
        .spawn()
}

async fn read_reports(
    name: ServiceName,
    stdout: Option<impl AsyncRead + Unpin>,
    listening: oneshot::Sender<SocketAddr>,
) -> Option<Account> {
    let mut lines = lines(stdout?);
    let mut listening = Some(listening);
    let mut account = None;
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Report::Listening(address)) => {
                if let Some(listening) = listening.take() {
                    let _ = listening.send(address);
                }
            }
            Ok(Report::Account(told)) => account = Some(told),
            // A log line says itself which service it is from.
            Err(_) if line.starts_with('{') => eprintln!("{line}"),
            Err(_) => eprintln!("[{name}] {line}"),
        }
    }
    account
}

async fn read_errors(
    name: ServiceName,
    stderr: Option<impl AsyncRead + Unpin>,
    last_words: LastWords,
) {
    let Some(stderr) = stderr else { return };
    let mut lines = lines(stderr);
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("[{name}] {line}");
        // What the toolkit says of itself is not why a service ended.
        if line.starts_with("phoenix-trace:") {
            continue;
        }
        let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LAST_WORDS {
            words.pop_front();
        }
        words.push_back(line);
    }
}

fn lines<R: AsyncRead + Unpin>(stream: R) -> Lines<BufReader<R>> {
    BufReader::new(stream).lines()
}
