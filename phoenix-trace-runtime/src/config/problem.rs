//! What is wrong with a configuration, as it is told.

use std::fmt;

use super::secret::masked;

/// A value in the configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Told);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// Of a variable, or of what code says; the value as it may be shown.
    Value {
        variable: String,
        value: String,
        expected: String,
        instead: String,
    },
    /// Of a configuration file: where, what, and the remedy.
    Text(String),
}

impl Problem {
    pub(crate) fn new(variable: &str, value: &str, expected: &str, instead: &str) -> Self {
        let [variable, expected, instead] = [variable, expected, instead].map(str::to_owned);
        Self(Told::Value {
            variable,
            // Whoever sets a variable must not write lines of ours.
            value: masked(value),
            expected,
            instead,
        })
    }

    pub(crate) fn told(text: String) -> Self {
        Self(Told::Text(text))
    }

    /// The variable, and its value as it is shown.
    pub(super) fn of(&self) -> Option<(&str, &str)> {
        match &self.0 {
            Told::Value {
                variable, value, ..
            } => Some((variable, value)),
            Told::Text(_) => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Told::Value {
                variable,
                value,
                expected,
                instead,
            } => write!(
                f,
                "{variable}=`{value}` cannot be used: expected {expected}; using {instead} instead"
            ),
            Told::Text(text) => f.write_str(text),
        }
    }
}
