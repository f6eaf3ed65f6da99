//! Where each setting comes from: code, a place in the file, a variable, or nowhere, so that it has its default.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Origins {
    /// By the name of the setting: what said it.
    said: BTreeMap<String, String>,
    /// Those that are set and were read.
    variables: BTreeSet<String>,
    code: BTreeSet<String>,
}

impl Origins {
    /// Code has said what this setting is.
    pub(super) fn code(&mut self, setting: &str) {
        self.code.insert(setting.to_owned());
    }

    /// Something else has.
    pub(super) fn from(&mut self, setting: &str, origin: impl Into<String>) {
        self.said.insert(setting.to_owned(), origin.into());
    }

    pub(super) fn variable(&mut self, name: String) {
        self.variables.insert(name);
    }

    /// Has anybody said what this setting is?
    pub(super) fn knows(&self, setting: &str) -> bool {
        self.code.contains(setting) || self.said.contains_key(setting)
    }

    /// Where a setting comes from, which these variables can set, the first one before the others.
    pub(super) fn of(&self, setting: &str, variables: &[&str]) -> String {
        if self.code.contains(setting) {
            return "code".to_owned();
        }
        if let Some(said) = self.said.get(setting) {
            return said.clone();
        }
        let set = variables
            .iter()
            .find(|name| self.variables.contains(**name));
        set.map_or("default", |name| *name).to_owned()
    }

    /// Who said what this setting is, as a problem with it is told: this function, a place in the file, or this variable.
    pub(super) fn named(&self, setting: &str, function: &str, variable: &str) -> String {
        match self.said.get(setting) {
            _ if self.code.contains(setting) => function.to_owned(),
            Some(place) => format!("{place}: {setting}"),
            None => variable.to_owned(),
        }
    }

    /// Where the first of these settings comes from that anybody has set, else the variables.
    pub(super) fn first(&self, settings: &[&str], variables: &[&str]) -> String {
        let known = settings.iter().find(|setting| self.knows(setting));
        self.of(known.copied().unwrap_or_default(), variables)
    }
}
