//! What arrives, byte by byte, and what is made of every answer, over real sockets.

mod answers;
mod connections;
mod encoding;
mod scopes;
mod secrets;
mod secure;
mod sending;
mod strands;

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use self::strands::{Story, resource, whole};
use super::super::destination::{Answer, Destination};
use crate::config::{Config, Otlp};
use crate::testing::OtlpReceiver;

/// Far more than anything here takes; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(20);

fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// What the configuration's first exporter makes, as the exporting thread makes it.
fn first_made(mut config: Config) -> Result<Box<dyn Destination>, String> {
    let exporter = config.take_exporters().into_iter().next();
    exporter.map_or_else(|| Err("no exporter".to_owned()), |first| (first.make)())
}

/// What these settings make, as the exporting thread makes it.
fn made(otlp: Otlp) -> Result<Box<dyn Destination>, String> {
    let config = Config::default().otlp(otlp.timeout(LONG));
    assert_eq!(config.problems(), []);
    let mut destination = first_made(config)?;
    destination.set_resource(&resource());
    Ok(destination)
}

fn destination(otlp: Otlp) -> Box<dyn Destination> {
    made(otlp).expect("it can be made")
}

/// Both protocols, to the same receiver.
fn both(receiver: &OtlpReceiver) -> [Otlp; 2] {
    [
        Otlp::grpc().endpoint(receiver.grpc_endpoint()),
        Otlp::http().endpoint(receiver.http_endpoint()),
    ]
}

/// Sends a root with two children.
async fn send(destination: &dyn Destination) -> Answer {
    let strand = Story::plain(2).strand();
    destination.send(&[whole(&strand)]).await
}

/// The same, on a runtime that lasts as long as this.
fn sent(otlp: Otlp) -> Answer {
    runtime().block_on(send(&*destination(otlp)))
}

#[track_caller]
fn assert_taken(answer: &Answer) {
    assert!(
        matches!(answer, Answer::Taken { rejected: 0, message } if message.is_empty()),
        "{answer:?}"
    );
}
