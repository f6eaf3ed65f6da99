//! Impls whose members are easy to misread: what stands before a body may end in a comma or in braces.

#![deny(warnings)]
#![allow(unused_braces, reason = "they are what is to be read")]

use phoenix_trace::{traced_grpc_service, traced_operation};
use tonic::{Request, Response, Status};

struct Queue<T, const N: usize>([Option<T>; N]);

#[traced_operation(attributes("server.port" = N))]
impl<T, const N: usize> Queue<T, { N }>
where
    T: Clone,
{
    const SIZE: usize = { N };

    fn first<U>(&self) -> Option<U>
    where
        U: From<T>,
    {
        self.0.iter().flatten().next().cloned().map(U::from)
    }

    async fn of_three() -> Queue<T, { 1 + 2 }>
    where
        Queue<T, { 1 + 2 }>: Sized,
    {
        Queue([None, None, None])
    }

    fn bytes(&self) -> [u8; { 1 + 1 }] {
        [N as u8, Self::SIZE as u8]
    }
}

mod orders_server {
    use tonic::{Request, Response, Status};

    pub const SERVICE_NAME: &str = "shop.v1.Orders";

    pub trait Orders {
        fn place<T>(&self, request: Request<T>) -> impl Future<Output = Result<Response<T>, Status>>
        where
            T: Send;
    }
}

struct Service;

#[traced_grpc_service]
impl orders_server::Orders for Service {
    #[traced_operation(attributes("server.port" = 80))]
    async fn place<T>(&self, request: Request<T>) -> Result<Response<T>, Status>
    where
        T: Send,
    {
        Ok(Response::new(request.into_inner()))
    }
}

fn main() {
    let queue = Queue([Some(1_u8)]);
    let _ = (queue.first::<u16>(), queue.bytes());
    drop(Queue::<u8, 1>::of_three());
    drop(orders_server::Orders::place(&Service, Request::new(1)));
}
