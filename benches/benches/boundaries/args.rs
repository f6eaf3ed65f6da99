//! The command line in, what this process is to do out.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// What this process does.
pub(crate) enum Role {
    /// Starts the others, and compares.
    Compare(Options),
    /// Is a server.
    Serve(Server),
    /// Is the client of one.
    Load(Load),
}

/// How the comparison runs.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// For how long each server is under load in each round.
    pub(crate) length: Duration,
    pub(crate) connections: usize,
    pub(crate) json: bool,
}

/// A server: what it speaks, and what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Server {
    pub(crate) protocol: Protocol,
    pub(crate) stack: Stack,
}

/// Load on one server.
pub(crate) struct Load {
    pub(crate) protocol: Protocol,
    pub(crate) address: SocketAddr,
    pub(crate) length: Duration,
    /// Each with one request at a time.
    pub(crate) connections: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    /// axum, HTTP/1.1.
    Http,
    /// tonic, a unary call.
    Grpc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stack {
    /// Nothing.
    Bare,
    /// A layer that does nothing but have a body of its own: what a router takes for any layer.
    Empty,
    /// Our layer, a tenth of the traces kept.
    Ours,
    /// `axum-tracing-opentelemetry` or `tonic-tracing-opentelemetry`, a tenth of the traces sampled.
    TracingOtel,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::Http, Self::Grpc];
}

impl Stack {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Empty, Self::Ours, Self::TracingOtel];
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "axum",
            Self::Grpc => "tonic",
        })
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bare => "bare",
            Self::Empty => "empty-layer",
            Self::Ours => "phoenix-trace",
            Self::TracingOtel => "tracing-opentelemetry",
        })
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        named(Self::ALL, text)
    }
}

impl FromStr for Stack {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        named(Self::ALL, text)
    }
}

fn named<T: fmt::Display>(all: impl IntoIterator<Item = T>, text: &str) -> Result<T, String> {
    let mut all = all.into_iter();
    all.find(|one| one.to_string() == text)
        .ok_or_else(|| format!("`{text}` is not known"))
}

pub(crate) fn role(mut args: impl Iterator<Item = String>) -> Result<Role, String> {
    let (mut rounds, mut length, mut json) = (9, Duration::from_secs(1), false);
    // As many as a small service has.
    let mut connections = 8;
    let (mut protocol, mut stack, mut address) = (Protocol::Http, None, None);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("`{arg}` takes a value"));
        match arg.as_str() {
            // Cargo says it to every benchmark.
            "--bench" => {}
            "--json" => json = true,
            "--smoke" => (rounds, length) = (1, Duration::from_millis(20)),
            "--rounds" => rounds = number::<usize>(&value()?)?.max(1),
            "--milliseconds" => length = Duration::from_millis(number(&value()?)?),
            "--connections" => connections = number::<usize>(&value()?)?.max(1),
            "--protocol" => protocol = value()?.parse()?,
            "--serve" => stack = Some(value()?.parse()?),
            "--load" => address = Some(number(&value()?)?),
            _ => {
                return Err(format!(
                    "`{arg}` is not known; options: --rounds N, --milliseconds N, --connections N, --json, --smoke"
                ));
            }
        }
    }
    Ok(match (stack, address) {
        (Some(stack), _) => Role::Serve(Server { protocol, stack }),
        (None, Some(address)) => Role::Load(Load {
            protocol,
            address,
            length,
            connections,
        }),
        (None, None) => Role::Compare(Options {
            rounds,
            length,
            connections,
            json,
        }),
    })
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not understood"))
}
