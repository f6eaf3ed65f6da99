//! What `#[traced_grpc_service]` wraps around the methods of a service: one SERVER span per RPC, under the caller's
//! context, to the end of its stream. Where a layer has made that span already, the method only runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context as Task, Poll};

use pin_project_lite::pin_project;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::deadline::{Deadline, MISSED};
use super::{STATUS_CODE, code_name, is_server_error};
use crate::boundary::{ServerSpan, announce, answer, keys, text};
use crate::outcome::{Failure, Outcome};
use crate::record::context::Context;
use crate::record::current;
use crate::record::owned::{Owned, begin_under};
use crate::record::run::within;
use crate::record::site::{Measured, Site, SpanKind};
use crate::record::start::Under;
use crate::remote::extract;
use crate::value::Attr;

/// One RPC of an annotated service.
#[derive(Debug)]
pub struct Method {
    site: Site,
    service: &'static str,
    rpc: &'static str,
    full: OnceLock<String>,
}

impl Method {
    /// The method `rpc` of `service` (`package.Service`), implemented by the function with the path `function`.
    #[must_use]
    pub const fn new(service: &'static str, rpc: &'static str, function: &'static str) -> Self {
        Self {
            site: Site::new(rpc, SpanKind::Server, function).measured(Measured::RpcServer),
            service,
            rpc,
            full: OnceLock::new(),
        }
    }

    fn begin<T>(&'static self, request: &Request<T>) -> Owned {
        let remote = extract(request.metadata());
        let name = self
            .full
            .get_or_init(|| format!("{}/{}", self.service, self.rpc));
        let attrs = [
            text(&keys::RPC_SYSTEM_NAME, "grpc"),
            text(&keys::RPC_METHOD, name),
        ];
        begin_under(
            &self.site,
            &[name],
            &attrs,
            Under::Request(&mut Context::from(remote)),
        )
    }
}

/// Serves an RPC with one response.
///
/// # Errors
/// Those of `body`.
pub async fn unary<Req, Res, F, B>(
    method: &'static Method,
    request: Request<Req>,
    body: F,
) -> Result<Response<Res>, Status>
where
    F: FnOnce(Request<Req>) -> B,
    B: Future<Output = Result<Response<Res>, Status>>,
{
    if has_span(&request) {
        return body(request).await;
    }
    let span = method.begin(&request);
    let deadline = Deadline::of(request.metadata().as_ref());
    let body = async {
        let unanswered = Unanswered(deadline);
        let result = body(request).await;
        unanswered.over();
        ended(result.as_ref().err());
        answered(result)
    };
    within(span, body, |_| Outcome::Ok).await
}

/// Serves an RPC that answers with a stream.
///
/// # Errors
/// Those of `body`.
pub async fn streaming<Req, T, S, F, B>(
    method: &'static Method,
    request: Request<Req>,
    body: F,
) -> Result<Response<TracedStream<S>>, Status>
where
    F: FnOnce(Request<Req>) -> B,
    B: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<T, Status>>,
{
    let is_answered = has_span(&request);
    let (span, deadline) = if is_answered {
        (Owned::off(), Deadline::default())
    } else {
        let deadline = Deadline::of(request.metadata().as_ref());
        (method.begin(&request), deadline)
    };
    let body = async {
        let unanswered = Unanswered(deadline);
        let result = body(request).await;
        unanswered.over();
        if is_answered {
            return result;
        }
        if let Err(status) = &result {
            ended(Some(status));
        }
        answered(result)
    };
    let (result, span) = Head {
        body: Some(body),
        span,
    }
    .await;
    match result {
        Ok(response) => Ok(response.map(|stream| TracedStream {
            stream: Some(stream),
            span,
            deadline,
        })),
        Err(status) => {
            let mut span = span;
            span.enter().settle(Outcome::Ok);
            Err(status)
        }
    }
}

/// The same, with the stream as `make` gives it.
///
/// # Errors
/// Those of `body`.
pub async fn streaming_as<Req, T, S, F, B, R>(
    method: &'static Method,
    request: Request<Req>,
    body: F,
    make: impl FnOnce(TracedStream<S>) -> R,
) -> Result<Response<R>, Status>
where
    F: FnOnce(Request<Req>) -> B,
    B: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<T, Status>>,
{
    let response = streaming(method, request, body).await?;
    Ok(response.map(make))
}

/// Has a layer made the span of this call? Then it learns that the call has reached its method.
fn has_span<T>(request: &Request<T>) -> bool {
    let span = ServerSpan::of(request.extensions());
    if let Some(unknown) = span.and_then(|span| span.unknown.as_ref()) {
        unknown.reached();
    }
    span.is_some()
}

/// Records how the RPC that is current ended; `None`: well.
fn ended(status: Option<&Status>) {
    let code = status.map_or(tonic::Code::Ok, Status::code);
    let name = code_name(code);
    current::record(&[Attr::new(&STATUS_CODE, name)]);
    if let Some(status) = status.filter(|_| is_server_error(code)) {
        current::fail(&Failure::new(name).text(status.message()));
    }
}

/// A method that runs. Dropped before it is over, inside of its span, it was given up: by its deadline if that has passed, else it
/// was cancelled.
struct Unanswered(Deadline);

impl Unanswered {
    fn over(mut self) {
        self.0 = Deadline::default();
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        given_up(self.0);
    }
}

fn given_up(deadline: Deadline) {
    if deadline.has_passed() {
        ended(Some(&Status::deadline_exceeded(MISSED)));
    }
}

/// The answer to the RPC that is current, which tells its correlation id, who gives it, and, where that is known, that its trace
/// is kept.
fn answered<T>(mut result: Result<Response<T>, Status>) -> Result<Response<T>, Status> {
    let metadata = match &mut result {
        Ok(response) => response.metadata_mut(),
        Err(status) => status.metadata_mut(),
    };
    answer(metadata.as_mut());
    announce(metadata.as_mut());
    result
}

pin_project! {
    /// The part of an RPC up to its first answer, which gives its span back.
    struct Head<F> {
        #[pin]
        body: Option<F>,
        span: Owned,
    }

    impl<F> PinnedDrop for Head<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _running = this.span.enter();
            this.body.set(None);
        }
    }
}

impl<F: Future> Future for Head<F> {
    type Output = (F::Output, Owned);

    fn poll(self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            return Poll::Pending;
        };
        let polled = {
            let _running = this.span.enter();
            body.poll(cx)
        };
        polled.map(|output| (output, std::mem::take(this.span)))
    }
}

pin_project! {
    /// The stream of an RPC's answers. Its span ends with it: at its end, at its first error, or cancelled when it is dropped.
    #[derive(Debug)]
    pub struct TracedStream<S> {
        #[pin]
        stream: Option<S>,
        span: Owned,
        deadline: Deadline,
    }

    impl<S> PinnedDrop for TracedStream<S> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let running = this.span.enter();
            this.stream.set(None);
            if running.is_on() {
                given_up(*this.deadline);
            }
        }
    }
}

impl<S, T> Stream for TracedStream<S>
where
    S: Stream<Item = Result<T, Status>>,
{
    type Item = Result<T, Status>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let Some(stream) = this.stream.as_pin_mut() else {
            return Poll::Ready(None);
        };
        let mut running = this.span.enter();
        let mut item = stream.poll_next(cx);
        let status = match &mut item {
            Poll::Ready(None) => None,
            Poll::Ready(Some(Err(status))) => Some(status),
            _ => return item,
        };
        if running.is_on() {
            ended(status.as_deref());
            if let Some(status) = status {
                announce(status.metadata_mut().as_mut());
            }
            running.settle(Outcome::Ok);
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}
