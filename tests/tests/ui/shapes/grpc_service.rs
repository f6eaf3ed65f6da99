//! The impls of tonic services: every shape of RPC, above and below `#[async_trait]`.

#![deny(warnings)]

use std::pin::Pin;

use phoenix_trace::{traced_grpc_service, traced_operation};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

/// What tonic generates, as far as the macro sees it.
mod orchestrator_server {
    use super::{Job, Placement};
    use tonic::{Request, Response, Status, Streaming};

    pub const SERVICE_NAME: &str = "phoenix.Orchestrator";

    #[tonic::async_trait]
    pub trait Orchestrator: Send + Sync + 'static {
        async fn schedule(&self, request: Request<Job>) -> Result<Response<Placement>, Status>;
        async fn get_url(&self, request: Request<Job>) -> Result<Response<Placement>, Status>;
        async fn upload(
            &self,
            request: Request<Streaming<Job>>,
        ) -> Result<Response<Placement>, Status>;
        type WatchStream: tokio_stream::Stream<Item = Result<Placement, Status>> + Send + 'static;
        async fn watch(&self, request: Request<Job>) -> Result<Response<Self::WatchStream>, Status>;
        type WatchURLStream: tokio_stream::Stream<Item = Result<Placement, Status>> + Send + 'static;
        async fn watch_url(
            &self,
            request: Request<Job>,
        ) -> Result<Response<Self::WatchURLStream>, Status>;
        type ChatStream: tokio_stream::Stream<Item = Result<Placement, Status>> + Send + 'static;
        async fn chat(
            &self,
            request: Request<Streaming<Job>>,
        ) -> Result<Response<Self::ChatStream>, Status>;
        async fn health(&self, request: Request<Job>) -> Result<Response<Placement>, Status>;
    }
}

#[derive(Debug, Clone)]
pub struct Job {
    id: u64,
}

#[derive(Debug, Clone)]
pub struct Placement {
    id: u64,
}

type Boxed = Pin<Box<dyn Stream<Item = Result<Placement, Status>> + Send + 'static>>;
type Answer<T> = Result<Response<T>, Status>;

struct Own<T>(tokio_stream::Iter<std::vec::IntoIter<T>>);

impl<T> Own<T> {
    fn of(items: Vec<T>) -> Self {
        Self(tokio_stream::iter(items))
    }
}

impl<T> Stream for Own<T> {
    type Item = T;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}

struct Above {
    name: String,
}

#[traced_grpc_service]
#[tonic::async_trait]
impl orchestrator_server::Orchestrator for Above {
    #[traced_operation(attributes("user.id" = %request.get_ref().id, "service.name" = self.name))]
    async fn schedule(&self, request: Request<Job>) -> Result<Response<Placement>, Status> {
        let job = request.into_inner();
        if job.id == 0 {
            return Err(Status::invalid_argument("no id"));
        }
        self.answer(job.id)
    }

    #[traced_operation(rpc = "GetURL")]
    async fn get_url(&self, _: Request<Job>) -> Answer<Placement> {
        self.answer(1)
    }

    async fn upload(&self, mut request: Request<Streaming<Job>>) -> Answer<Placement> {
        let mut id = 0;
        while let Some(job) = request.get_mut().message().await? {
            id += job.id;
        }
        self.answer(id)
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<Placement, Status>> + Send>>;

    async fn watch(&self, request: Request<Job>) -> Answer<Self::WatchStream> {
        let id = request.get_ref().id;
        let stream = tokio_stream::iter([Ok(Placement { id })]);
        Ok(Response::new(Box::pin(stream)))
    }

    type WatchURLStream = Own<Result<Placement, Status>>;

    async fn watch_url(&self, request: Request<Job>) -> Result<Response<Self::WatchURLStream>, Status> {
        let id = request.get_ref().id;
        let stream: Self::WatchURLStream = Self::WatchURLStream::of(vec![Ok(Placement { id })]);
        Ok(Response::new(stream))
    }

    type ChatStream = Boxed;

    async fn chat(&self, request: Request<Streaming<Job>>) -> Answer<Self::ChatStream> {
        let stream = request.into_inner().map(|job| job.map(|job| Placement { id: job.id }));
        Ok(Response::new(Box::pin(stream) as Self::ChatStream))
    }

    #[traced_operation(skip)]
    async fn health(&self, _: Request<Job>) -> Answer<Placement> {
        self.answer(0)
    }
}

impl Above {
    fn answer(&self, id: u64) -> Answer<Placement> {
        Ok(Response::new(Placement { id }))
    }
}

struct Below {
    above: Above,
}

#[tonic::async_trait]
#[traced_grpc_service(service = "phoenix.Orchestrator")]
impl orchestrator_server::Orchestrator for Below {
    #[traced_operation(attributes("user.id" = %request.get_ref().id, "service.name" = self.above.name))]
    async fn schedule(&self, request: Request<Job>) -> Result<Response<Placement>, Status> {
        let job = request.into_inner();
        if job.id == 0 {
            return Err(Status::invalid_argument("no id"));
        }
        self.above.answer(job.id)
    }

    async fn get_url(&self, _request: Request<Job>) -> Answer<Placement> {
        self.above.answer(1)
    }

    async fn upload(&self, mut request: Request<Streaming<Job>>) -> Answer<Placement> {
        let first = request.get_mut().message().await?;
        self.above.answer(first.map_or(0, |job| job.id))
    }

    type WatchStream = Boxed;

    async fn watch(&self, request: Request<Job>) -> Answer<Self::WatchStream> {
        let id = request.get_ref().id;
        let stream = tokio_stream::iter([Ok(Placement { id })]);
        Ok(Response::new(Box::pin(stream)))
    }

    type WatchURLStream = Own<Result<Placement, Status>>;

    async fn watch_url(&self, request: Request<Job>) -> Answer<Own<Result<Placement, Status>>> {
        let id = request.get_ref().id;
        Ok(Response::new(Own::of(vec![Ok(Placement { id })])))
    }

    type ChatStream = Pin<Box<dyn Stream<Item = Result<Placement, Status>> + Send + 'static>>;

    async fn chat(
        &self,
        request: Request<Streaming<Job>>,
    ) -> Answer<<Self as orchestrator_server::Orchestrator>::ChatStream> {
        let stream = request.into_inner().map(|job| job.map(|job| Placement { id: job.id }));
        Ok(Response::new(Box::pin(stream)))
    }

    #[phoenix_trace::traced_operation(skip)]
    async fn health(&self, _: Request<Job>) -> Answer<Placement> {
        self.above.answer(0)
    }
}

fn main() {
    use orchestrator_server::Orchestrator as _;
    let run = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    run.block_on(async {
        let job = || Request::new(Job { id: 7 });
        let above = Above { name: "above".to_owned() };
        assert_eq!(above.schedule(job()).await.expect("an answer").get_ref().id, 7);
        let mut watched = above.watch(job()).await.expect("a stream").into_inner();
        assert_eq!(watched.next().await.expect("an item").expect("no error").id, 7);
        let below = Below { above };
        assert_eq!(below.get_url(job()).await.expect("an answer").get_ref().id, 1);
        let watched = below.watch_url(job()).await.expect("a stream").into_inner();
        assert_eq!(watched.collect::<Vec<_>>().await.len(), 1);
        assert_eq!(below.health(job()).await.expect("an answer").get_ref().id, 0);
    });
}
