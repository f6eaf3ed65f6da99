//! What a line looks like: JSON for programs, text for people.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, SystemTime};

use super::record::Record;
use super::{json, text};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Text where standard output is a terminal, else JSON: the default.
    #[default]
    Auto,
    /// One JSON object on each line.
    Json,
    /// A line for people; coloured on a terminal, unless `NO_COLOR` is set.
    Text,
    /// No lines at all.
    Off,
}

/// The form, once it is known where the lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text { coloured: bool },
}

impl LogFormat {
    /// `None`: there are no lines.
    pub(super) fn on_stdout(self) -> Option<Form> {
        let terminal = || std::io::stdout().is_terminal();
        let coloured = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        match self {
            Self::Off => None,
            Self::Json => Some(Form::Json),
            Self::Auto if !terminal() => Some(Form::Json),
            Self::Auto | Self::Text => Some(Form::Text {
                coloured: terminal() && coloured(),
            }),
        }
    }

    /// The same where lines go to a writer of the program's, which is no terminal.
    pub(super) fn elsewhere(self) -> Option<Form> {
        match self {
            Self::Off => None,
            Self::Json | Self::Auto => Some(Form::Json),
            Self::Text => Some(Form::Text { coloured: false }),
        }
    }
}

impl Form {
    pub(super) fn write(self, record: &Record, service: &str, out: &mut Vec<u8>) {
        match self {
            Self::Json => json::write(record, service, out),
            Self::Text { coloured } => text::write(record, coloured, out),
        }
    }
}

/// RFC 3339, UTC, in microseconds.
pub(super) fn write_time(time: SystemTime, out: &mut Vec<u8>) {
    // The last second that the format knows is in the year 9999.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let time = SystemTime::UNIX_EPOCH + since.unwrap_or_default().min(LAST);
    // A vector takes whatever is written to it.
    let _ = write!(out, "{}", humantime::format_rfc3339_micros(time));
}
