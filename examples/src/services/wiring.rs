//! What every service needs before its own work: settings from the environment, a listening socket, a channel to the
//! next service, a health check.

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use http::uri::Authority;
use phoenix_trace::GrpcClientLayer;
use phoenix_trace::grpc::GrpcClient;
use tokio::net::TcpListener;
use tonic::server::NamedService;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::health_server::{Health, HealthServer};
use tower::Layer as _;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A channel whose calls are traced.
pub(crate) type TracedChannel = GrpcClient<Channel>;

/// The environment variable, unless it is unset or empty.
pub(crate) fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The environment variable, or an error that says what it is for.
pub(crate) fn required(name: &str, purpose: &str) -> Result<String, BoxError> {
    setting(name).ok_or_else(|| format!("{name} is not set: it gives {purpose}").into())
}

/// Binds `LISTEN_ADDR` (any free port of the loopback interface by default) and says on stdout, as one line of JSON,
/// where it listens: so that whoever started the process needs to guess no port.
pub(crate) async fn listen() -> Result<TcpListener, BoxError> {
    let address = setting("LISTEN_ADDR").unwrap_or_else(|| "127.0.0.1:0".into());
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let bound = serde_json::json!({ "listening": listener.local_addr()? });
    writeln!(io::stdout(), "{bound}")?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    Ok(listener)
}

/// A traced channel to the service whose URL is in the environment variable; it connects when first used.
pub(crate) fn channel(variable: &str, service: &str) -> Result<TracedChannel, BoxError> {
    let url = required(variable, &format!("the URL of {service}"))?;
    let endpoint = Endpoint::from_shared(url)?
        .connect_timeout(Duration::from_secs(2))
        .tcp_nodelay(true);
    let server = endpoint.uri().authority().map_or("", Authority::as_str);
    let traced = GrpcClientLayer::new().server(server);
    Ok(traced.layer(endpoint.connect_lazy()))
}

/// The standard gRPC health service, which reports `S` as serving.
pub(crate) async fn health<S: NamedService>() -> HealthServer<impl Health> {
    let (reporter, server) = tonic_health::server::health_reporter();
    reporter.set_serving::<S>().await;
    server
}
