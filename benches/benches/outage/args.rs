//! The command line in, what this process is to do out.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// What this process does.
pub(crate) enum Role {
    /// Is the collector that is down, and watches the service.
    Outage(Options),
    /// Is the service.
    Load(Load),
}

pub(crate) struct Options {
    /// For how long nothing listens.
    pub(crate) down: Duration,
    /// Threads that do nothing but record.
    pub(crate) threads: usize,
}

pub(crate) struct Load {
    pub(crate) collector: SocketAddr,
    pub(crate) threads: usize,
}

pub(crate) fn role(mut args: impl Iterator<Item = String>) -> Result<Role, String> {
    let mut options = Options {
        down: Duration::from_secs(60 * 60),
        threads: 1,
    };
    let mut collector = None;
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("`{arg}` takes a value"));
        match arg.as_str() {
            // Cargo says it to every benchmark.
            "--bench" => {}
            "--smoke" => options.down = Duration::from_secs(3),
            "--minutes" => options.down = Duration::from_secs(60 * number::<u64>(&value()?)?),
            "--threads" => options.threads = number::<usize>(&value()?)?.max(1),
            "--load" => collector = Some(number(&value()?)?),
            _ => {
                return Err(format!(
                    "`{arg}` is not known; options: --minutes N, --threads N, --smoke"
                ));
            }
        }
    }
    let threads = options.threads;
    Ok(match collector {
        None => Role::Outage(options),
        Some(collector) => Role::Load(Load { collector, threads }),
    })
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not understood"))
}
