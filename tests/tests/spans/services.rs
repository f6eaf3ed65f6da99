//! `#[traced_grpc_service]`.

use std::pin::Pin;

use phoenix_trace::{traced_grpc_service, traced_operation};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use orders_server::Orders as _;
use phoenix_trace::testing::Capture;

use super::{attributes, tree_of};

mod orders_server {
    use tonic::{Request, Response, Status};

    pub(super) const SERVICE_NAME: &str = "shop.v1.Orders";

    #[tonic::async_trait]
    pub(super) trait Orders: Send + Sync + 'static {
        async fn place_order(&self, request: Request<u32>) -> Result<Response<u32>, Status>;
        async fn get_url(&self, request: Request<u32>) -> Result<Response<String>, Status>;
        type WatchStream: tokio_stream::Stream<Item = Result<u32, Status>> + Send + 'static;
        async fn watch(&self, request: Request<u32>)
        -> Result<Response<Self::WatchStream>, Status>;
        type ListAllStream: tokio_stream::Stream<Item = Result<u32, Status>> + Send + 'static;
        async fn list_all(
            &self,
            request: Request<u32>,
        ) -> Result<Response<Self::ListAllStream>, Status>;
        async fn health(&self, request: Request<u32>) -> Result<Response<u32>, Status>;
    }
}

struct Above;

struct Below;

type Items = tokio_stream::Iter<std::vec::IntoIter<Result<u32, Status>>>;

fn items(count: u32) -> Items {
    let items = (0..count).map(|n| {
        if n == 3 {
            Err(Status::internal("three"))
        } else {
            Ok(n)
        }
    });
    tokio_stream::iter(items.collect::<Vec<_>>())
}

#[traced_operation]
async fn reserve(id: u32) -> Result<u32, Status> {
    tokio::task::yield_now().await;
    match id {
        0 => Err(Status::not_found("no such order")),
        1 => Err(Status::unavailable("the warehouse is closed")),
        id => Ok(id),
    }
}

macro_rules! orders {
    ($(#[$outer:meta])* $service:ident) => {
        $(#[$outer])*
        impl orders_server::Orders for $service {
            #[traced_operation(attributes("user.id" = %request.get_ref()))]
            async fn place_order(&self, request: Request<u32>) -> Result<Response<u32>, Status> {
                let id = reserve(request.into_inner()).await?;
                Ok(Response::new(id))
            }

            #[traced_operation(rpc = "GetURL")]
            async fn get_url(&self, _: Request<u32>) -> Result<Response<String>, Status> {
                Ok(Response::new(String::new()))
            }

            type WatchStream = Pin<Box<dyn Stream<Item = Result<u32, Status>> + Send>>;

            async fn watch(
                &self,
                request: Request<u32>,
            ) -> Result<Response<Self::WatchStream>, Status> {
                let id = reserve(request.into_inner()).await?;
                Ok(Response::new(Box::pin(items(id))))
            }

            type ListAllStream = Items;

            async fn list_all(
                &self,
                request: Request<u32>,
            ) -> Result<Response<Self::ListAllStream>, Status> {
                let stream: Self::ListAllStream = items(request.into_inner());
                Ok(Response::new(stream))
            }

            #[traced_operation(skip)]
            async fn health(&self, _: Request<u32>) -> Result<Response<u32>, Status> {
                Ok(Response::new(0))
            }
        }
    };
}

orders!(
    #[traced_grpc_service]
    #[tonic::async_trait]
    Above
);
orders!(
    #[tonic::async_trait]
    #[traced_grpc_service]
    Below
);

async fn drain<S: Stream>(response: Result<Response<S>, Status>) {
    if let Ok(response) = response {
        let stream = response.into_inner();
        tokio::pin!(stream);
        while stream.next().await.is_some() {}
    }
}

async fn use_all(service: &impl orders_server::Orders) {
    let _ = service.place_order(Request::new(7)).await;
    let _ = service.place_order(Request::new(0)).await;
    let _ = service.place_order(Request::new(1)).await;
    let _ = service.get_url(Request::new(7)).await;
    let _ = service.health(Request::new(7)).await;
    drain(service.watch(Request::new(2)).await).await;
    drain(service.watch(Request::new(1)).await).await;
    drain(service.list_all(Request::new(5)).await).await;
    drop(service.list_all(Request::new(2)).await);
}

#[tokio::test]
async fn every_rpc_has_one_span_above_async_trait() {
    assert_eq!(
        tree_of(use_all(&Above)).await,
        r#"trace · test · 2 spans · kept: head
shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK
└╴reserve

trace · test · 2 spans · 1 error · kept: head, error
shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=NOT_FOUND
└╴reserve · ✗ NOT_FOUND: no such order

trace · test · 2 spans · 2 errors · kept: head, error
shop.v1.Orders/PlaceOrder · server · ✗ UNAVAILABLE: the warehouse is closed · rpc.response.status_code=UNAVAILABLE
└╴reserve · ✗ UNAVAILABLE: the warehouse is closed

trace · test · 1 span · kept: head
shop.v1.Orders/GetURL · server · rpc.response.status_code=OK

trace · test · 2 spans · kept: head
shop.v1.Orders/Watch · server · rpc.response.status_code=OK
└╴reserve

trace · test · 2 spans · 2 errors · kept: head, error
shop.v1.Orders/Watch · server · ✗ UNAVAILABLE: the warehouse is closed · rpc.response.status_code=UNAVAILABLE
└╴reserve · ✗ UNAVAILABLE: the warehouse is closed

trace · test · 1 span · 1 error · kept: head, error
shop.v1.Orders/ListAll · server · ✗ INTERNAL: three · rpc.response.status_code=INTERNAL

trace · test · 1 span · kept: head
shop.v1.Orders/ListAll · server · phoenix.cancelled=true
"#
    );
}

#[tokio::test]
async fn attributes_of_the_annotation_go_to_the_span_of_the_rpc() {
    let capture = Capture::new();
    let _ = capture.future(Above.place_order(Request::new(7))).await;
    let _ = capture.future(Below.place_order(Request::new(7))).await;
    assert_eq!(
        attributes(&capture, "shop.v1.Orders/PlaceOrder"),
        "rpc.method=shop.v1.Orders/PlaceOrder rpc.response.status_code=OK rpc.system.name=grpc user.id=7"
    );
}

#[tokio::test]
async fn and_below_it() {
    assert_eq!(
        tree_of(use_all(&Below)).await,
        tree_of(use_all(&Above)).await
    );
}
