//! The attribute keys that boundaries write: the names of the semantic conventions, each in one place.

use crate::key::RawKey;

#[cfg(feature = "grpc")]
pub(crate) const RPC_SYSTEM_NAME: RawKey = RawKey::new("rpc.system.name");
#[cfg(feature = "grpc")]
pub(crate) const RPC_METHOD: RawKey = RawKey::new("rpc.method");
#[cfg(feature = "grpc")]
pub(crate) const RPC_METHOD_ORIGINAL: RawKey = RawKey::new("rpc.method_original");
#[cfg(feature = "grpc")]
pub(crate) const RPC_MESSAGE_TYPE: RawKey = RawKey::new("rpc.message.type");
#[cfg(feature = "grpc")]
pub(crate) const RPC_MESSAGE_ID: RawKey = RawKey::new("rpc.message.id");
#[cfg(feature = "grpc")]
pub(crate) const RPC_MESSAGE_COMPRESSED_SIZE: RawKey = RawKey::new("rpc.message.compressed_size");
#[cfg(feature = "grpc")]
pub(crate) const RPC_MESSAGE_UNCOMPRESSED_SIZE: RawKey =
    RawKey::new("rpc.message.uncompressed_size");
pub(crate) const SERVICE_PEER_NAME: RawKey = RawKey::new("service.peer.name");
pub(crate) const SERVER_ADDRESS: RawKey = RawKey::new("server.address");
pub(crate) const SERVER_PORT: RawKey = RawKey::new("server.port");
pub(crate) const CLIENT_ADDRESS: RawKey = RawKey::new("client.address");
pub(crate) const HTTP_REQUEST_METHOD: RawKey = RawKey::new("http.request.method");
pub(crate) const HTTP_REQUEST_RESEND_COUNT: RawKey = RawKey::new("http.request.resend_count");
pub(crate) const HTTP_REQUEST_METHOD_ORIGINAL: RawKey = RawKey::new("http.request.method_original");
pub(crate) const HTTP_ROUTE: RawKey = RawKey::new("http.route");
pub(crate) const URL_PATH: RawKey = RawKey::new("url.path");
pub(crate) const URL_QUERY: RawKey = RawKey::new("url.query");
pub(crate) const URL_SCHEME: RawKey = RawKey::new("url.scheme");
pub(crate) const URL_FULL: RawKey = RawKey::new("url.full");
pub(crate) const URL_TEMPLATE: RawKey = RawKey::new("url.template");
pub(crate) const USER_AGENT_ORIGINAL: RawKey = RawKey::new("user_agent.original");
pub(crate) const NETWORK_PROTOCOL_VERSION: RawKey = RawKey::new("network.protocol.version");
pub(crate) const HTTP_RESPONSE_STATUS_CODE: RawKey = RawKey::new("http.response.status_code");
