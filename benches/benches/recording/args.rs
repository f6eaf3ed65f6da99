//! The command line in, what this process is to do out.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::stacks::Name;

/// What this process does.
pub(crate) enum Role {
    /// Starts the others, and compares.
    Compare(Options),
    /// Measures one stack.
    Child(Task),
    /// Takes spans over OTLP/gRPC and discards them.
    Receiver,
}

/// How the comparison runs.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) json: bool,
    pub(crate) smoke: bool,
    pub(crate) filter: Option<String>,
}

/// One measurement: a stack that runs the workload in one shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Measurement {
    pub(crate) stack: Name,
    pub(crate) shape: Shape,
    pub(crate) threads: usize,
}

/// A measurement as a child is told to make it.
pub(crate) struct Task {
    pub(crate) measurement: Measurement,
    /// For how long it measures once it is warm; at least one sample is taken.
    pub(crate) length: Duration,
    /// Where OTLP goes.
    pub(crate) endpoint: Option<String>,
}

/// The shape of the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    Sync,
    Async,
    Yielding,
    Spawned,
}

impl Shape {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Sync, "sync"),
        (Self::Async, "async"),
        (Self::Yielding, "yielding"),
        (Self::Spawned, "spawned"),
    ];
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(shape, _)| *shape).ok_or_else(|| {
            format!("`{text}` is no shape: expected sync, async, yielding or spawned")
        })
    }
}

pub(crate) fn role(args: impl Iterator<Item = String>) -> Result<Role, String> {
    let mut args = args;
    let mut options = Options {
        rounds: 5,
        json: false,
        smoke: false,
        filter: None,
    };
    let (mut stack, mut shape, mut threads, mut length, mut endpoint) =
        (None, Shape::Sync, 1, 100, None);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("`{arg}` takes a value"));
        match arg.as_str() {
            // Cargo says it to every benchmark.
            "--bench" => {}
            "--json" => options.json = true,
            "--smoke" => options.smoke = true,
            "--rounds" => options.rounds = number(&value()?)?.max(1),
            "--filter" => options.filter = Some(value()?),
            "--receiver" => return Ok(Role::Receiver),
            "--stack" => stack = Some(value()?.parse()?),
            "--shape" => shape = value()?.parse()?,
            "--threads" => threads = number(&value()?)?.max(1),
            "--milliseconds" => length = number(&value()?)?,
            "--endpoint" => endpoint = Some(value()?),
            _ => {
                return Err(format!(
                    "`{arg}` is not known; options: --rounds N, --filter TEXT, --json, --smoke"
                ));
            }
        }
    }
    Ok(match stack {
        None => Role::Compare(options),
        Some(stack) => Role::Child(Task {
            measurement: Measurement {
                stack,
                shape,
                threads,
            },
            length: Duration::from_millis(length as u64),
            endpoint,
        }),
    })
}

fn number(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no whole number"))
}
