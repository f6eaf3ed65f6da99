//! Who ends the process when a signal asks for it.

use super::Config;
use super::vars::Vars;

pub(super) const SHUTDOWN: &str = "PHOENIX_TRACE_SHUTDOWN";

/// Who listens to SIGTERM and Ctrl-C under `#[phoenix_main]`; see [`Config::shutdown`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shutdown {
    /// `on_signal`: phoenix-trace does. What is open gets five seconds, the flush its deadline, and the process ends with
    /// 128 + n, unless `main` returned by then. This is the default.
    #[default]
    OnSignal,
    /// `manual`: the program does, in its own way. Nothing is done at a signal; everything is flushed when `main` returns, or
    /// by [`exit`](crate::exit). A signal resolves [`shutdown_signal`](crate::shutdown_signal) where that is awaited.
    Manual,
}

impl Shutdown {
    pub(super) const WORDS: [(&'static str, Self); 2] =
        [("on_signal", Self::OnSignal), ("manual", Self::Manual)];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OnSignal => "on_signal",
            Self::Manual => "manual",
        }
    }
}

impl Config {
    /// Who listens to SIGTERM and Ctrl-C under `#[phoenix_main]`: beside a program's own handling of signals, nobody else
    /// should. Default: phoenix-trace (`PHOENIX_TRACE_SHUTDOWN`: `on_signal`, `manual`). [`init`](crate::init) never listens.
    ///
    /// ```
    /// use phoenix_trace::{Config, Shutdown};
    ///
    /// let config = Config::builder().shutdown(Shutdown::Manual);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn shutdown(mut self, shutdown: Shutdown) -> Self {
        self.shutdown = shutdown;
        self.origins.code("distribution.phoenix_trace.shutdown");
        self
    }
}

impl Vars<'_> {
    pub(super) fn shutdown(&mut self) -> Shutdown {
        self.word(&[SHUTDOWN], &Shutdown::WORDS, "on_signal")
            .unwrap_or_default()
    }
}
