//! Timeouts of an export: zero means the same wherever one is set, in code, in a variable or in a file.

use std::time::Duration;

/// What is meant by a timeout that somebody sets. No answer comes within no time at all, so that zero stands for no limit.
pub(super) fn meant(timeout: Duration) -> Duration {
    if timeout.is_zero() {
        return Duration::MAX;
    }
    timeout
}

/// As it is shown.
pub(super) fn shown(timeout: Duration) -> String {
    if timeout == Duration::MAX {
        return "no limit".to_owned();
    }
    format!("{timeout:?}")
}
