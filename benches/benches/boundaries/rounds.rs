//! Servers in, measurements out: all servers stay up and are put under load in turn, for several rounds.

use std::collections::HashMap;

use phoenix_trace_benches::processes::{self, output, progress};

use crate::args::{Options, Protocol, Server, Stack};
use crate::headers::{self, Times};
use crate::load::Seen;

/// A server under load, per request, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// One second by the requests in it.
    pub(crate) time: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// CPU time of the server's process.
    pub(crate) cpu: f64,
}

/// What was measured, one of each per round.
#[derive(Debug, Default)]
pub(crate) struct All {
    pub(crate) servers: HashMap<Server, Vec<Sample>>,
    pub(crate) headers: Vec<Times>,
}

pub(crate) fn measure(options: &Options) -> Result<All, String> {
    let mut running = Vec::new();
    for protocol in Protocol::ALL {
        for stack in Stack::ALL {
            running.push(Running::start(Server { protocol, stack })?);
        }
    }
    let mut all = All::default();
    // The first round warms up.
    for round in 0..=options.rounds {
        progress(format_args!("round {round} of {}", options.rounds));
        for server in &mut running {
            let sample = server.load(options)?;
            if round > 0 {
                all.servers.entry(server.server).or_default().push(sample);
            }
        }
        // Each comes after each.
        running.reverse();
        if round % 2 == 1 {
            running.rotate_left(1);
        }
        let times = headers::measure(options.length / 20)?;
        if round > 0 {
            all.headers.push(times);
        }
    }
    progress(format_args!(""));
    Ok(all)
}

/// A server's process.
struct Running {
    server: Server,
    process: processes::Server,
}

impl Running {
    fn start(server: Server) -> Result<Self, String> {
        let (protocol, stack) = (server.protocol.to_string(), server.stack.to_string());
        let process = processes::Server::start(["--protocol", &protocol, "--serve", &stack])?;
        Ok(Self { server, process })
    }

    fn load(&mut self, options: &Options) -> Result<Sample, String> {
        let failed = |problem: String| format!("{:?}: {problem}", self.server);
        let protocol = self.server.protocol.to_string();
        let milliseconds = options.length.as_millis().to_string();
        let connections = options.connections.to_string();
        // The CPU time that it has taken so far.
        let before = self.process.ask()?;
        let mut args = vec!["--protocol", &protocol, "--load", self.process.address()];
        args.extend(["--milliseconds", &milliseconds]);
        args.extend(["--connections", &connections]);
        let output = output(args).map_err(failed)?;
        let cpu = self.process.ask()? - before;
        let seen: Seen =
            serde_json::from_slice(&output).map_err(|error| failed(error.to_string()))?;
        let requests = seen.requests as f64;
        Ok(Sample {
            time: seen.elapsed_ns as f64 / requests,
            p50: seen.p50_ns as f64,
            p99: seen.p99_ns as f64,
            cpu: cpu as f64 / requests,
        })
    }
}
