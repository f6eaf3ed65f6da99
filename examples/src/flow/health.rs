//! Is a service ready? Asked as an orchestrator of containers would: HTTP services at `/healthz`, gRPC ones by the
//! standard health protocol.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::{self, MissedTickBehavior};
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::cli::ServiceName;

/// How often an unready service is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Resolves when the health check passes. The caller sets the deadline.
pub(crate) async fn wait_until_healthy(name: ServiceName, address: SocketAddr) {
    let mut again = time::interval(AGAIN_AFTER);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        let healthy = match name {
            ServiceName::ApiGateway | ServiceName::ModelServer => http_healthy(address).await,
            _ => grpc_healthy(address).await,
        };
        if healthy {
            return;
        }
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
