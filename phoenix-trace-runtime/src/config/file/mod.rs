//! The configuration file: YAML (JSON is YAML too) goes in, a tree whose every value knows where it stands comes out, with
//! the references to variables replaced as the OpenTelemetry configuration data model says.

mod node;
mod parse;
mod scalar;
mod section;
mod substitute;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Read as _;
use std::path::Path;

pub(crate) use node::{Entry, Node, Place, Value};
pub(crate) use section::{Item, Section, Source};

use crate::config::secret::masked_path;

/// A file may be so long, in bytes: it is read whole.
const LONGEST: u64 = 1 << 20;

/// A configuration file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    /// The file's name, as messages show it.
    pub(crate) name: String,
    pub(crate) root: Node,
    /// What is odd in it, and read all the same.
    odd: Vec<parse::Wrong>,
}

/// Why a file is no configuration: where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) file: String,
    place: Option<Place>,
    what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(f, ":{place}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// A path as it may stand in a line.
pub(crate) fn shown(path: &Path) -> String {
    masked_path(path)
}

impl Document {
    /// Reads a file; `var` looks up the variables that it names.
    pub(crate) fn load(path: &Path, var: &dyn Fn(&str) -> Option<String>) -> Result<Self, Broken> {
        let name = shown(path);
        let broken = |what: String| Broken {
            file: name.clone(),
            place: None,
            what,
        };
        let unreadable = |error: std::io::Error| broken(format!("it cannot be read: {error}"));
        // To open a pipe would wait for whoever writes into it.
        let kind = std::fs::metadata(path).map_err(unreadable)?.file_type();
        if !kind.is_file() {
            let what = if kind.is_dir() {
                "it is a directory"
            } else {
                "it is no regular file"
            };
            return Err(broken(format!("{what}: expected a file in YAML or JSON")));
        }
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too long.
        file.take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > LONGEST {
            return Err(broken(format!("it is longer than {LONGEST} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8".to_owned()))?;
        Self::parse(&name, &text, var)
    }

    /// Reads the text of a file that is called `name` in messages.
    pub(crate) fn parse(
        name: &str,
        text: &str,
        var: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Broken> {
        let (root, odd) = parse::parse(text, var).map_err(|(place, what)| Broken {
            file: name.to_owned(),
            place: Some(place),
            what,
        })?;
        Ok(Self {
            name: name.to_owned(),
            root,
            odd,
        })
    }
}
