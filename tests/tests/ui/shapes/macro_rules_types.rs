//! Types, patterns and whole items that a `macro_rules!` macro hands on arrive in invisible groups, which change nothing.

#![deny(warnings)]

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use phoenix_trace::{current_span, db_span, traced, traced_grpc_service, traced_operation};
use tokio_stream::{Empty, Stream, empty};
use tonic::{Request, Response, Status, Streaming};

macro_rules! operations {
    ($module:ident, $arg:pat => $arg_ty:ty, $receiver:ty, $never:ty, $nothing:ty, $reference:ty, $opaque:ty, $future:ty, $boxed:ty,
     $result:ty, $key:path, $link:expr, $vis:vis) => {
        mod $module {
            use super::*;

            pub struct Owner;

            impl Owner {
                #[traced_operation(capture(n: $key), ret)]
                $vis async fn receives(self: $receiver, n: $arg_ty) -> $arg_ty {
                    n
                }

                #[traced_operation]
                $vis fn refers(self: $receiver) -> $reference {
                    "refers"
                }
            }

            #[traced_operation(attributes($key = 1))]
            $vis async fn stops() -> $never {
                loop {
                    std::future::pending::<$nothing>().await;
                }
            }

            #[traced_operation]
            $vis fn stops_now() -> $never {
                std::process::exit(0)
            }

            #[traced_operation]
            $vis fn matches($arg: $arg_ty) -> $nothing {}

            #[traced_operation]
            $vis async fn matches_later($arg: $arg_ty) -> $nothing {}

            #[traced_operation]
            $vis fn opaque() -> $opaque {
                "opaque"
            }

            #[traced_operation]
            $vis async fn opaque_later() -> $opaque {
                "opaque"
            }

            #[traced_operation]
            $vis fn future() -> $future {
                async move {
                    "x".parse::<u8>()?;
                    Ok(1)
                }
            }

            #[traced_operation]
            $vis fn boxed() -> $boxed {
                Box::pin(async move {
                    "x".parse::<u8>()?;
                    Ok(1)
                })
            }

            #[traced_operation(link = $link, parent = $link)]
            $vis fn linked(owner: phoenix_trace::SpanHandle) -> $result {
                drop(owner);
                Ok(1)
            }
        }
    };
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

phoenix_trace::attribute_keys! {
    mod keys {
        NUMBER: "phoenix.number" => int,
    }
}

operations!(
    of_types, _ => u8, &Owner, !, (), &'static str, impl Display,
    impl Future<Output = Result<u8, Boxed>> + Send, Pin<Box<dyn Future<Output = Result<u8, Boxed>> + Send>>,
    Result<u8, Boxed>, keys::NUMBER, current_span(), pub(super)
);

macro_rules! annotated {
    ($item:item) => {
        #[traced_operation]
        $item
    };
}

annotated! {
    /// A function as a whole.
    fn whole() -> Result<u8, String> {
        Ok(1)
    }
}

struct Whole;

annotated! {
    impl Whole {
        fn one(&self) -> u8 {
            1
        }
    }
}

/// What is only named is borrowed.
macro_rules! named {
    ($argument:ident, $place:expr) => {
        #[traced_operation(link = $place, attributes("user.id" = $place.name()))]
        fn linked_to($argument: phoenix_trace::SpanHandle) -> phoenix_trace::SpanHandle {
            $argument
        }
    };
}

trait Named {
    fn name(&self) -> &'static str;
}

impl Named for phoenix_trace::SpanHandle {
    fn name(&self) -> &'static str {
        "name"
    }
}

named!(place, place);

pub struct Order;

#[expect(dead_code, reason = "not every RPC is called")]
mod orders_server {
    use super::{Order, Request, Response, Status, Stream, Streaming};

    pub const SERVICE_NAME: &str = "shop.Orders";

    #[tonic::async_trait]
    pub trait Orders {
        type WatchStream: Stream<Item = Result<Order, Status>> + Send;
        type ChatStream: Stream<Item = Result<Order, Status>> + Send;

        async fn place(&self, request: Request<Order>) -> Result<Response<Order>, Status>;
        async fn fill(&self, request: Request<Streaming<Order>>) -> Result<Response<Order>, Status>;
        async fn watch(&self, request: Request<Order>) -> Result<Response<Self::WatchStream>, Status>;
        async fn chat(&self, request: Request<Streaming<Order>>) -> Result<Response<Self::ChatStream>, Status>;
    }

    pub trait Futures {
        type ListStream: Stream<Item = Result<Order, Status>> + Send;

        fn place(&self, request: Request<Order>) -> impl Future<Output = Result<Response<Order>, Status>> + Send;
        fn list(&self, request: Request<Order>) -> impl Future<Output = Result<Response<Self::ListStream>, Status>> + Send;
    }
}

macro_rules! service {
    ($(#[$above:meta])* $trait:path, $ty:ty, $one:ty, $many:ty, $answer:ty, $stream:ty, $boxed:ty) => {
        $(#[$above])*
        #[tonic::async_trait]
        impl $trait for $ty {
            type WatchStream = $stream;
            type ChatStream = $boxed;

            async fn place(&self, _: $one) -> Result<$answer, Status> {
                Ok(Response::new(Order))
            }

            async fn fill(&self, request: $many) -> Result<$answer, Status> {
                drop(request);
                Ok(Response::new(Order))
            }

            async fn watch(&self, request: $one) -> Result<Response<$stream>, Status> {
                drop(request);
                Ok(Response::new(empty()))
            }

            async fn chat(&self, request: $many) -> Result<Response<$boxed>, Status> {
                drop(request);
                Ok(Response::new(Box::pin(empty())))
            }
        }
    };
}

struct Above;
service!(
    #[traced_grpc_service] orders_server::Orders, Above, Request<Order>, Request<Streaming<Order>>, Response<Order>,
    Empty<Result<Order, Status>>, Pin<Box<dyn Stream<Item = Result<Order, Status>> + Send>>
);

macro_rules! futures {
    ($trait:path, $ty:ty, $one:ty, $placed:ty, $listed:ty, $stream:ty) => {
        #[traced_grpc_service]
        impl $trait for $ty {
            type ListStream = $stream;

            fn place(&self, request: $one) -> $placed {
                drop(request);
                async move { Ok(Response::new(Order)) }
            }

            fn list(&self, request: $one) -> $listed {
                drop(request);
                async move { Ok(Response::new(empty())) }
            }
        }
    };
}

futures!(
    orders_server::Futures, Above, Request<Order>, impl Future<Output = Result<Response<Order>, Status>> + Send,
    impl Future<Output = Result<Response<Self::ListStream>, Status>> + Send, Empty<Result<Order, Status>>
);

fn main() {
    let owner = of_types::Owner;
    drop(owner.receives(1));
    let _ = (owner.refers(), of_types::opaque().to_string(), whole(), Whole.one());
    drop((of_types::stops(), of_types::opaque_later(), of_types::future(), of_types::boxed()));
    drop((of_types::stops_now as fn() -> _, of_types::matches_later(1)));
    of_types::matches(1);
    let _ = of_types::linked(current_span());
    drop(linked_to(current_span()));
    drop(orders_server::Orders::place(&Above, Request::new(Order)));
    drop(orders_server::Futures::place(&Above, Request::new(Order)));
    let _ = db_span!(system = "redis", traced!("inner", 1));
}
