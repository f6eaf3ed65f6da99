//! The client of a server: some connections, one request after the other on each, for a while.
//! It says little itself, so that the server is what is measured.

pub(crate) mod grpc;
mod http;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::args::{Load, Protocol};

/// What is sent, and comes back.
pub(crate) const TEXT: &str = "sixty-four bytes that are sent there and come back as they are ..";

/// What a client saw.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    pub(crate) elapsed_ns: u64,
    pub(crate) p50_ns: u64,
    pub(crate) p99_ns: u64,
}

pub(crate) fn run(load: Load) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let seen = runtime.block_on(all(&load))?;
    let line = serde_json::to_string(&seen).map_err(|error| error.to_string())?;
    println!("{line}");
    Ok(())
}

async fn all(load: &Load) -> Result<Seen, String> {
    let started = Instant::now();
    let until = started + load.length;
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..load.connections {
        match load.protocol {
            Protocol::Http => connections.spawn(http::requests(load.address, until)),
            Protocol::Grpc => connections.spawn(grpc::requests(load.address, until)),
        };
    }
    let mut latencies = Vec::new();
    while let Some(done) = connections.join_next().await {
        latencies.extend(done.map_err(|error| error.to_string())??);
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    let at = |share: usize| {
        let place = latencies.len() * share / 100;
        latencies.get(place).copied().map_or(0, nanoseconds)
    };
    Ok(Seen {
        requests: latencies.len() as u64,
        elapsed_ns: nanoseconds(elapsed),
        p50_ns: at(50),
        p99_ns: at(99),
    })
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
