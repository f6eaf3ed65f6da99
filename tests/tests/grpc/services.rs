//! The same service by different hands: above and below `#[tonic::async_trait]`, and of a trait of native futures.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use phoenix_trace::{traced_grpc_service, traced_operation};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::shop::orders_server;
use super::{Dropped, Order, Receipt};

type Answer<T> = Result<Response<T>, Status>;
type Boxed = Pin<Box<dyn Stream<Item = Result<Receipt, Status>> + Send>>;

/// What the services do.
#[derive(Clone, Default)]
pub(super) struct Shop {
    pub(super) dropped: Dropped,
}

#[traced_operation]
async fn reserve(id: u32) -> Result<u32, Status> {
    tokio::task::yield_now().await;
    if id == 0 {
        return Err(Status::invalid_argument("no id"));
    }
    Ok(id)
}

impl Shop {
    async fn answer(&self, order: Order) -> Answer<Receipt> {
        let id = reserve(order.id).await?;
        match order.ending.as_str() {
            "missing" => Err(Status::not_found("no such order")),
            "broken" => Err(Status::internal("the till is jammed")),
            "panic" => panic!("the till is on fire"),
            "pending" => {
                let _told_when_dropped = self.dropped.clone();
                std::future::pending().await
            }
            _ => Ok(Response::new(Receipt { id })),
        }
    }

    async fn sum(&self, mut orders: Streaming<Order>) -> Answer<Receipt> {
        let mut id = 0;
        while let Some(order) = orders.message().await? {
            id += reserve(order.id).await?;
        }
        Ok(Response::new(Receipt { id }))
    }

    /// As many receipts as the order's number; in between, what it says of its ending.
    async fn receipts(
        &self,
        order: Order,
    ) -> Result<impl Stream<Item = Result<Receipt, Status>> + Send + use<>, Status> {
        let count = reserve(order.id).await?;
        if order.ending == "early" {
            return Err(Status::unavailable("not today"));
        }
        let dropped = self.dropped.clone();
        let ending = order.ending;
        Ok(tokio_stream::iter(1..=count).then(move |id| {
            let _ = &dropped;
            let ending = ending.clone();
            async move {
                tokio::task::yield_now().await;
                match ending.as_str() {
                    "late" if id == 2 => Err(Status::data_loss("the roll is torn")),
                    "panic" if id == 2 => panic!("the roll is on fire"),
                    "pending" if id == 2 => std::future::pending().await,
                    _ => Ok(Receipt {
                        id: reserve(id).await?,
                    }),
                }
            }
        }))
    }

    fn echo(
        &self,
        orders: Streaming<Order>,
    ) -> impl Stream<Item = Result<Receipt, Status>> + Send + use<> {
        orders.then(|order| async move {
            Ok(Receipt {
                id: reserve(order?.id).await?,
            })
        })
    }
}

/// A stream that is nobody else's.
pub(super) struct Own(Boxed);

impl Stream for Own {
    type Item = Result<Receipt, Status>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

macro_rules! service {
    ($(#[$outer:meta])* $service:ident) => {
        pub(super) struct $service(pub(super) Shop);

        $(#[$outer])*
        impl orders_server::Orders for $service {
            #[traced_operation(attributes("user.id" = %request.get_ref().id))]
            async fn place_order(&self, request: Request<Order>) -> Answer<Receipt> {
                self.0.answer(request.into_inner()).await
            }

            #[traced_operation(rpc = "GetURL")]
            async fn get_url(&self, request: Request<Order>) -> Answer<Receipt> {
                self.0.answer(request.into_inner()).await
            }

            async fn upload_items(&self, request: Request<Streaming<Order>>) -> Answer<Receipt> {
                self.0.sum(request.into_inner()).await
            }

            type WatchURLStream = Own;

            async fn watch_url(&self, request: Request<Order>) -> Answer<Self::WatchURLStream> {
                let receipts = self.0.receipts(request.into_inner()).await?;
                let own: Self::WatchURLStream = Own(Box::pin(receipts));
                Ok(Response::new(own))
            }

            type ChatStream = Pin<Box<dyn Stream<Item = Result<Receipt, Status>> + Send>>;

            async fn chat(&self, request: Request<Streaming<Order>>) -> Answer<Self::ChatStream> {
                Ok(Response::new(Box::pin(self.0.echo(request.into_inner()))))
            }

            #[traced_operation(skip)]
            async fn health(&self, request: Request<Order>) -> Answer<Receipt> {
                self.0.answer(request.into_inner()).await
            }
        }
    };
}

service!(
    #[traced_grpc_service]
    #[tonic::async_trait]
    Above
);
service!(
    #[tonic::async_trait]
    #[traced_grpc_service]
    Below
);

/// The service as a generator might write it that knows no `#[async_trait]`.
pub(super) mod native_server {
    use super::{Answer, Future, Order, Receipt, Request, Status, Stream, Streaming};

    pub(super) const SERVICE_NAME: &str = super::orders_server::SERVICE_NAME;

    pub(in super::super) trait Orders: Send + Sync + 'static {
        /// Neither an RPC nor a stream.
        const SHOP: &'static str;
        type Till;

        fn till(&self) -> Self::Till;

        fn place_order(
            &self,
            request: Request<Order>,
        ) -> impl Future<Output = Answer<Receipt>> + Send;
        fn get_url(
            self: std::sync::Arc<Self>,
            request: Request<Order>,
        ) -> impl Future<Output = Answer<Receipt>> + Send;
        fn upload_items(
            &self,
            request: Request<Streaming<Order>>,
        ) -> impl Future<Output = Answer<Receipt>> + Send;
        type WatchURLStream: Stream<Item = Result<Receipt, Status>> + Send + 'static;
        fn watch_url(
            &self,
            request: Request<Order>,
        ) -> impl Future<Output = Answer<Self::WatchURLStream>> + Send;
        type ChatStream: Stream<Item = Result<Receipt, Status>> + Send + 'static;
        fn chat(
            &self,
            request: Request<Streaming<Order>>,
        ) -> impl Future<Output = Answer<Self::ChatStream>> + Send;
        fn health(&self, request: Request<Order>) -> impl Future<Output = Answer<Receipt>> + Send;
    }
}

macro_rules! shop_and_till {
    () => {
        type Till = u8;

        fn till(&self) -> u8 {
            7
        }
    };
}

/// By `async fn`.
pub(super) struct Native(pub(super) Shop);

#[traced_grpc_service]
impl native_server::Orders for Native {
    const SHOP: &'static str = "native";
    shop_and_till!();

    #[traced_operation(attributes("user.id" = %request.get_ref().id))]
    async fn place_order(&self, request: Request<Order>) -> Answer<Receipt> {
        self.0.answer(request.into_inner()).await
    }

    #[traced_operation(rpc = "GetURL")]
    async fn get_url(self: Arc<Self>, request: Request<Order>) -> Answer<Receipt> {
        self.0.answer(request.into_inner()).await
    }

    async fn upload_items(&self, request: Request<Streaming<Order>>) -> Answer<Receipt> {
        self.0.sum(request.into_inner()).await
    }

    type WatchURLStream = Own;

    async fn watch_url(&self, request: Request<Order>) -> Answer<Self::WatchURLStream> {
        let receipts = self.0.receipts(request.into_inner()).await?;
        let own: Self::WatchURLStream = Own(Box::pin(receipts));
        Ok(Response::new(own))
    }

    type ChatStream = Boxed;

    async fn chat(&self, request: Request<Streaming<Order>>) -> Answer<Self::ChatStream> {
        Ok(Response::new(Box::pin(self.0.echo(request.into_inner()))))
    }

    #[traced_operation(skip)]
    async fn health(&self, request: Request<Order>) -> Answer<Receipt> {
        self.0.answer(request.into_inner()).await
    }
}

/// By functions that return futures, what they do before included.
pub(super) struct Futures(pub(super) Shop);

#[expect(refining_impl_trait, reason = "these are the shapes that are tested")]
#[traced_grpc_service]
impl native_server::Orders for Futures {
    const SHOP: &'static str = "futures";
    shop_and_till!();

    #[traced_operation(attributes("user.id" = %request.get_ref().id))]
    fn place_order(&self, request: Request<Order>) -> impl Future<Output = Answer<Receipt>> + Send {
        let order = request.into_inner();
        self.0.answer(order)
    }

    #[traced_operation(rpc = "GetURL")]
    fn get_url(
        self: Arc<Self>,
        request: Request<Order>,
    ) -> Pin<Box<dyn Future<Output = Answer<Receipt>> + Send>> {
        let order = request.into_inner();
        Box::pin(async move { self.0.answer(order).await })
    }

    fn upload_items(
        &self,
        request: Request<Streaming<Order>>,
    ) -> impl Future<Output = Answer<Receipt>> + Send {
        async { self.0.sum(request.into_inner()).await }
    }

    type WatchURLStream = Own;

    fn watch_url(
        &self,
        request: Request<Order>,
    ) -> Pin<Box<dyn Future<Output = Answer<Self::WatchURLStream>> + Send + '_>> {
        Box::pin(async move {
            let receipts = self.0.receipts(request.into_inner()).await?;
            Ok(Response::new(Own(Box::pin(receipts))))
        })
    }

    type ChatStream = Pin<Box<dyn Stream<Item = Result<Receipt, Status>> + Send>>;

    fn chat(
        &self,
        request: Request<Streaming<Order>>,
    ) -> impl Future<Output = Answer<Self::ChatStream>> + Send {
        let receipts: Self::ChatStream = Box::pin(self.0.echo(request.into_inner()));
        std::future::ready(Ok(Response::new(receipts)))
    }

    #[traced_operation(skip)]
    fn health(&self, request: Request<Order>) -> impl Future<Output = Answer<Receipt>> + Send {
        self.0.answer(request.into_inner())
    }
}

/// A native service behind tonic's server.
pub(super) struct Served<S>(pub(super) Arc<S>);

impl<S> Served<S> {
    pub(super) fn new(service: S) -> Self {
        Self(Arc::new(service))
    }
}

#[tonic::async_trait]
impl<S: native_server::Orders> orders_server::Orders for Served<S> {
    async fn place_order(&self, request: Request<Order>) -> Answer<Receipt> {
        self.0.place_order(request).await
    }

    async fn get_url(&self, request: Request<Order>) -> Answer<Receipt> {
        self.0.clone().get_url(request).await
    }

    async fn upload_items(&self, request: Request<Streaming<Order>>) -> Answer<Receipt> {
        self.0.upload_items(request).await
    }

    type WatchURLStream = S::WatchURLStream;

    async fn watch_url(&self, request: Request<Order>) -> Answer<Self::WatchURLStream> {
        self.0.watch_url(request).await
    }

    type ChatStream = S::ChatStream;

    async fn chat(&self, request: Request<Streaming<Order>>) -> Answer<Self::ChatStream> {
        self.0.chat(request).await
    }

    async fn health(&self, request: Request<Order>) -> Answer<Receipt> {
        self.0.health(request).await
    }
}
