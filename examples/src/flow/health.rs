//! Is a service ready? Asked as an orchestrator of containers would: HTTP services at `/healthz`, gRPC ones by the
//! standard health protocol.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Runtime;
use tokio::time::{self, MissedTickBehavior};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::cli::ServiceName;

/// How often an unready service is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// How long a single answer may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Asks once; success means that the service is ready.
pub(crate) fn run(name: ServiceName, address: SocketAddr) -> ExitCode {
    let healthy = Runtime::new().is_ok_and(|runtime| {
        let answer = async { time::timeout(ANSWERS_WITHIN, is_healthy(name, address)).await };
        runtime.block_on(answer).unwrap_or(false)
    });
    match healthy {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Resolves when the health check passes. The caller sets the deadline.
pub(crate) async fn wait_until_healthy(name: ServiceName, address: SocketAddr) {
    let mut again = time::interval(AGAIN_AFTER);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        if is_healthy(name, address).await {
            return;
        }
    }
}

async fn is_healthy(name: ServiceName, address: SocketAddr) -> bool {
    match name {
        ServiceName::ApiGateway | ServiceName::ModelServer => http_healthy(address).await,
        _ => grpc_healthy(address).await,
    }
}

async fn http_healthy(address: SocketAddr) -> bool {
    let Ok(uri) = format!("http://{address}/healthz").parse() else {
        return false;
    };
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let response = client.get(uri).await;
    response.is_ok_and(|response| response.status() == StatusCode::OK)
}

async fn grpc_healthy(address: SocketAddr) -> bool {
    let Ok(endpoint) = Endpoint::from_shared(format!("http://{address}")) else {
        return false;
    };
    let Ok(channel) = endpoint.connect().await else {
        return false;
    };
    // The empty name asks for the server as a whole.
    let request = HealthCheckRequest {
        service: String::new(),
    };
    let response = HealthClient::new(channel).check(request).await;
    response.is_ok_and(|response| response.get_ref().status() == ServingStatus::Serving)
}
