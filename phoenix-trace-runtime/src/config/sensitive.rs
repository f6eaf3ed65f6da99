//! What becomes of the values of sensitive keys, as code or the environment says.

use std::sync::Arc;

use super::vars::Vars;
use super::{Config, Problem};
use crate::sampling::Environment;
use crate::sensitive::{How, Names, Sensitive};

pub(super) const SENSITIVE: &str = "PHOENIX_TRACE_SENSITIVE";
const KEY: &str = "PHOENIX_TRACE_SENSITIVE_KEY";
pub(super) const KEYS: &str = "PHOENIX_TRACE_SENSITIVE_KEYS";
/// What stands in place of the secret where a problem is told.
const A_HASH: &str = "hash";
const A_SHOW: &str = "show";

impl Config {
    /// What becomes of the values of keys that `attribute_keys!` calls `sensitive`. Default: they are left out
    /// (`PHOENIX_TRACE_SENSITIVE`, and `PHOENIX_TRACE_SENSITIVE_KEY` for hashes).
    #[must_use]
    pub fn sensitive(mut self, sensitive: Sensitive) -> Self {
        self.sending.sensitive = sensitive;
        for key in ["policy", "key"] {
            self.origins
                .code(&format!("distribution.phoenix_trace.sensitive.{key}"));
        }
        self.problems.retain(|problem| {
            problem
                .of()
                .is_none_or(|(variable, _)| variable != SENSITIVE)
        });
        self.check_sensitive();
        self
    }

    /// Further keys that are sensitive, beside those of `PHOENIX_TRACE_SENSITIVE_KEYS` and of the file: on spans, events and links,
    /// whoever records them, and as fields of what is logged. A log field is only a name, so that those which `attribute_keys!`
    /// calls `sensitive` are sensitive in logs when they are given here; its modules have a list of them, `SENSITIVE`.
    ///
    /// ```
    /// use phoenix_trace::Config;
    ///
    /// mod keys {
    ///     pub const SENSITIVE: &[&str] = &["phoenix.user.email"]; // by `attribute_keys!`
    /// }
    /// let config = Config::from_env()
    ///     .sensitive_keys(keys::SENSITIVE.iter().copied())
    ///     .sensitive_keys(["password"]);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn sensitive_keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Arc::make_mut(&mut self.sensitive_keys).extend(keys.into_iter().map(Into::into));
        self.origins
            .code("distribution.phoenix_trace.sensitive.keys");
        self
    }

    /// Names what cannot be done as it is configured; [`effective_sensitive`](Self::effective_sensitive) is done instead.
    pub(super) fn check_sensitive(&mut self) {
        let is_ours = |problem: &Problem| {
            problem.of().is_some_and(|(variable, value)| {
                variable == SENSITIVE && [A_HASH, A_SHOW].contains(&value)
            })
        };
        self.problems.retain(|problem| !is_ours(problem));
        let (value, expected) = match self.sending.sensitive.how() {
            How::HashWithout(bytes) => (
                A_HASH,
                format!(
                    "a key of at least {} bytes in {KEY}, or given to `Sensitive::hash`, and it has {bytes}",
                    Sensitive::SHORTEST_KEY
                ),
            ),
            How::Show if self.environment != Environment::Development => (
                A_SHOW,
                format!("drop or hash in {}", self.environment.as_str()),
            ),
            How::Drop | How::Hash(_) | How::Show => return,
        };
        self.problems
            .push(Problem::new(SENSITIVE, value, &expected, "drop"));
    }

    /// What is done with the values of sensitive keys.
    pub(crate) fn effective_sensitive(&self) -> Sensitive {
        let sensitive = match self.sending.sensitive.how() {
            How::Show if self.environment != Environment::Development => Sensitive::drop(),
            How::HashWithout(_) => Sensitive::drop(),
            How::Drop | How::Hash(_) | How::Show => self.sending.sensitive.clone(),
        };
        sensitive.with_names(self.sensitive_keys.clone())
    }
}

impl Vars<'_> {
    pub(super) fn sensitive_keys(&mut self) -> Names {
        let list = self.first(&[KEYS]).unwrap_or_default();
        let names = list.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
        Names::new(names.collect())
    }

    pub(super) fn sensitive(&mut self) -> Sensitive {
        let Some(value) = self.first(&[SENSITIVE]) else {
            return Sensitive::drop();
        };
        match value.trim().to_ascii_lowercase().as_str() {
            "drop" => Sensitive::drop(),
            // Files that hold secrets like to end with a line break.
            A_HASH => Sensitive::hash(self.first(&[KEY]).unwrap_or_default().trim().as_bytes()),
            A_SHOW => Sensitive::show(),
            _ => {
                self.problem(SENSITIVE, &value, "drop, hash or show", "drop");
                Sensitive::drop()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> Config {
        Config::from_vars(|name| {
            let found = vars.iter().find(|(var, _)| *var == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn check(vars: &[(&str, &str)], effective: &str, problem: Option<&str>) {
        let config = config(vars);
        assert_eq!(format!("{:?}", config.effective_sensitive()), effective);
        let problems: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems.iter().map(String::as_str).collect::<Vec<_>>(),
            problem.into_iter().collect::<Vec<_>>()
        );
        assert!(!format!("{config:?}").contains("secret"));
    }

    const SECRET: (&str, &str) = (KEY, "a secret of 24 bytes    ");

    #[test]
    fn the_environment_chooses() {
        check(&[], "Drop", None);
        check(&[SECRET], "Drop", None);
        check(&[(SENSITIVE, "drop")], "Drop", None);
        check(&[(SENSITIVE, "hash"), SECRET], "Hash", None);
        check(&[(SENSITIVE, "show")], "Show", None);
        check(
            &[(SENSITIVE, "show"), ("ENVIRONMENT", "development")],
            "Show",
            None,
        );
    }

    #[test]
    fn what_cannot_be_done_is_named_and_the_attributes_are_dropped() {
        check(
            &[(SENSITIVE, "hash")],
            "Drop",
            Some(
                "PHOENIX_TRACE_SENSITIVE=`hash` cannot be used: expected a key of at least 16 bytes in \
                 PHOENIX_TRACE_SENSITIVE_KEY, or given to `Sensitive::hash`, and it has 0; using drop instead",
            ),
        );
        check(
            &[(SENSITIVE, "hash"), (KEY, "a secret")],
            "Drop",
            Some(
                "PHOENIX_TRACE_SENSITIVE=`hash` cannot be used: expected a key of at least 16 bytes in \
                 PHOENIX_TRACE_SENSITIVE_KEY, or given to `Sensitive::hash`, and it has 8; using drop instead",
            ),
        );
        check(
            &[(SENSITIVE, "show"), ("ENVIRONMENT", "production")],
            "Drop",
            Some(
                "PHOENIX_TRACE_SENSITIVE=`show` cannot be used: expected drop or hash in production; using drop instead",
            ),
        );
        check(
            &[(SENSITIVE, "hide")],
            "Drop",
            Some(
                "PHOENIX_TRACE_SENSITIVE=`hide` cannot be used: expected drop, hash or show; using drop instead",
            ),
        );
    }

    #[test]
    fn further_keys_are_named_by_the_environment_and_by_code() {
        let config = config(&[(KEYS, " user.email,,password ")]).sensitive_keys(["iban"]);
        let sensitive = config.effective_sensitive();
        let named = |name: &&str| sensitive.names(name);
        let names = ["user.email", "password", "iban", "user", ""];
        let named: Vec<&str> = names.into_iter().filter(named).collect();
        assert_eq!(named, ["user.email", "password", "iban"]);
        assert!(!Config::default().effective_sensitive().has_names());
    }

    #[test]
    fn code_wins_and_what_it_mends_is_no_problem_any_more() {
        let production = config(&[(SENSITIVE, "show"), ("ENVIRONMENT", "production")]);
        assert_eq!(production.problems().len(), 1);
        let hashed = production.sensitive(Sensitive::hash(SECRET.1.as_bytes()));
        assert!(hashed.problems().is_empty());
        let shown = config(&[]).sensitive(Sensitive::show());
        assert!(shown.problems().is_empty());
        let shown = shown.environment(Environment::Staging);
        assert_eq!(shown.problems().len(), 1);
        assert!(
            shown
                .environment(Environment::Development)
                .problems()
                .is_empty()
        );
    }
}
