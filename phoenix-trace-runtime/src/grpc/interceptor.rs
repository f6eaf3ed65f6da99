//! Interceptors, where only those fit. They see neither the method nor the response, so they make no spans: those are
//! made by the layers or by `#[traced_grpc_service]`.

use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::record::thread;
use crate::remote::inject_headers;

/// Reads the context of calls that come in: handlers find the [`RemoteContext`](crate::propagation::RemoteContext) and,
/// when the call tells one, the [`CorrelationId`](crate::CorrelationId) in the extensions of their request.
///
/// ```
/// use phoenix_trace::{CorrelationId, TracingInterceptor};
/// use tonic::service::Interceptor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut request = tonic::Request::new(());
/// request.metadata_mut().insert("x-correlation-id", "order-4711".parse()?);
/// let request = TracingInterceptor.call(request)?;
/// assert_eq!(request.extensions().get::<CorrelationId>().unwrap().as_str(), "order-4711");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingInterceptor;

impl Interceptor for TracingInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        // Where the span is made, it is read again, and counted.
        let remote = thread::propagators().extract(request.metadata());
        let correlation = remote.correlation_id();
        let extensions = request.extensions_mut();
        extensions.insert(remote);
        if let Some(id) = correlation {
            extensions.insert(id);
        }
        Ok(request)
    }
}

/// Writes the context of the running span and the correlation id into the metadata of calls that go out.
///
/// ```
/// use phoenix_trace::{TracingClientInterceptor, generate_correlation_id, with_correlation_id};
/// use tonic::service::Interceptor;
///
/// let id = generate_correlation_id();
/// let request = tonic::Request::new(());
/// let request = with_correlation_id(Some(id.clone()), || TracingClientInterceptor.call(request));
/// assert_eq!(request.unwrap().metadata().get("x-correlation-id").unwrap(), id.as_str());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingClientInterceptor;

impl Interceptor for TracingClientInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        inject_headers(request.metadata_mut().as_mut());
        Ok(request)
    }
}
