//! Why telemetry could not be started, with what to do about it.

use std::fmt;

use crate::config::Problem;

/// Why telemetry could not be started.
#[derive(Debug)]
pub struct Error(pub(super) Kind);

#[derive(Debug)]
pub(super) enum Kind {
    AlreadyInitialised,
    Thread(std::io::Error),
    Misconfigured(Vec<Problem>),
}

impl Error {
    /// Does telemetry run in this process already?
    #[must_use]
    pub fn is_already_initialised(&self) -> bool {
        matches!(self.0, Kind::AlreadyInitialised)
    }

    /// Are there values in the configuration that cannot be used, which is [strict](crate::Config::strict)?
    #[must_use]
    pub fn is_misconfigured(&self) -> bool {
        matches!(self.0, Kind::Misconfigured(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::AlreadyInitialised => f.write_str(
                "telemetry is initialised already in this process: keep one `#[phoenix_main]` or one call of `init`",
            ),
            Kind::Thread(error) => write!(f, "the exporting thread cannot be started: {error}"),
            Kind::Misconfigured(problems) => {
                f.write_str("the configuration is strict, and cannot be used as it is:")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::AlreadyInitialised | Kind::Misconfigured(_) => None,
            Kind::Thread(error) => Some(error),
        }
    }
}
