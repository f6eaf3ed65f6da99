//! What a process says about its own spans in its last line, so that none is lost unseen.

use serde::{Deserialize, Serialize};

/// One line of a service's standard output, for the launcher.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    /// The address that it listens on.
    Listening(std::net::SocketAddr),
    /// Its account, when it has flushed.
    Account(Account),
}

/// Spans of one process, as in [`phoenix_trace::Stats`].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Account {
    /// Spans that ended.
    pub(crate) ended: u64,
    /// Spans whose segment was dropped when its outcome was known, as the rates say.
    pub(crate) discarded: u64,
    /// Spans given up, for any reason.
    pub(crate) dropped: u64,
    /// Spans that the receiver took.
    pub(crate) acknowledged: u64,
    /// Spans that the receiver refused.
    pub(crate) rejected: u64,
    /// Spans whose export failed for good.
    pub(crate) failed: u64,
    /// Spans sent without an answer.
    pub(crate) in_doubt: u64,
}

impl From<phoenix_trace::Stats> for Account {
    fn from(stats: phoenix_trace::Stats) -> Self {
        Self {
            ended: stats.ended,
            discarded: stats.discarded,
            dropped: stats.dropped_total(),
            acknowledged: stats.acknowledged,
            rejected: stats.rejected,
            failed: stats.failed,
            in_doubt: stats.in_doubt,
        }
    }
}

impl Account {
    /// Spans that were to be kept.
    pub(crate) fn kept(self) -> u64 {
        self.ended.saturating_sub(self.discarded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_lines_of_json() {
        let line = r#"{"listening":"127.0.0.1:4000"}"#;
        assert!(
            matches!(serde_json::from_str(line), Ok(Report::Listening(address)) if address.port() == 4000)
        );
        let line = r#"{"account":{"ended":5,"discarded":2,"dropped":0,"acknowledged":3,"rejected":0,"failed":0,"in_doubt":0}}"#;
        assert!(
            matches!(serde_json::from_str(line), Ok(Report::Account(account)) if account.kept() == 3)
        );
        assert!(serde_json::from_str::<Report>("starting up").is_err());
    }
}
