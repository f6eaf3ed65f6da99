//! A server with one stack around it. It says its address on the first line; to each line that it is sent, it answers with
//! the CPU time that its process has taken so far, in nanoseconds. It ends with its input.

mod grpc;
mod http;
pub(crate) mod stacks;

use std::io::{BufRead as _, stdin};

use cpu_time::ProcessTime;

use crate::args::{Protocol, Server};

pub(crate) fn run(server: Server) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let entered = runtime.enter();
    let behind = stacks::start(server.stack)?;
    let address = match server.protocol {
        Protocol::Http => http::serve(server.stack),
        Protocol::Grpc => grpc::serve(server.stack),
    };
    println!("{}", address.map_err(|error| error.to_string())?);
    for line in stdin().lock().lines() {
        line.map_err(|error| error.to_string())?;
        println!("{}", ProcessTime::now().as_duration().as_nanos());
    }
    drop(entered);
    runtime.shutdown_background();
    drop(behind);
    Ok(())
}
