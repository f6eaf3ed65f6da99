//! Traits of the user's for every type, in scope, whose methods are called as those that generated code calls, or could call.

use std::future::Future;

use phoenix_trace::testing::Capture;
use phoenix_trace::{
    attribute_keys, db_span, event, phoenix_test, record, traced, traced_grpc_service,
    traced_operation,
};
use tonic::{Request, Response, Status};

/// No type, and nothing that a macro could go on with.
struct Hostile;

macro_rules! hostile {
    ($($method:ident)*) => {
        /// They are found before methods that borrow.
        #[expect(dead_code, clippy::wrong_self_convention, reason = "the names are what is tested, and nothing generated calls them")]
        trait ByValue: Sized {
            $(fn $method(self, _: Hostile) -> Hostile { Hostile })*
        }
        impl<T> ByValue for T {}

        /// They are found on references.
        #[expect(dead_code, reason = "the names are what is tested, and nothing generated calls them")]
        trait ByReference {
            $(fn $method(&self, _: Hostile) -> Hostile { Hostile })*
        }
        impl<T: ?Sized> ByReference for T {}
    };
}

hostile!(
    outcome failing success is_recording type_only or_failure by_debug rows status_code run run_sync capture sensitive
    max_length to_value key raw name enter settle record event instrument traced poll call is_failure
    error_type cause deref borrow as_str
);

attribute_keys! {
    PLACEMENT: "phoenix.hostile.placement" => enum Placement { Queued },
    SECRET: "phoenix.hostile.secret" => string, sensitive, max_length = 8,
}

#[derive(Debug)]
struct Failed(u8);

struct Service;

#[traced_operation(attributes(PLACEMENT = Placement::Queued))]
impl Service {
    fn fails(&self, by: u8) -> Result<u8, Failed> {
        record!(SECRET = "secret");
        event!("fails", "user.id" = %by);
        Err(Failed(by))
    }

    #[traced_operation(err(?, if = |failed| failed.0 == 1), ret("user.id" = |n| n.to_string()))]
    async fn fails_later(self, by: u8) -> Result<u8, Failed> {
        Err(Failed(by))
    }

    #[traced_operation(err(type_only, if = |n| *n == 1), ret)]
    fn counts(&self) -> u8 {
        1
    }

    #[traced_operation(err = skip)]
    fn promises(self) -> impl Future<Output = Result<u8, Failed>> {
        async move { Err(Failed(3)) }
    }
}

struct Order;

mod orders_server {
    use super::{Order, Request, Response, Status};

    pub(super) const SERVICE_NAME: &str = "shop.Orders";

    #[tonic::async_trait]
    pub(super) trait Orders {
        async fn place(&self, request: Request<Order>) -> Result<Response<Order>, Status>;
    }
}

#[traced_grpc_service]
#[tonic::async_trait]
impl orders_server::Orders for Service {
    #[traced_operation(attributes("user.id" = "me"))]
    async fn place(&self, _: Request<Order>) -> Result<Response<Order>, Status> {
        Err(Status::data_loss("gone"))
    }
}

#[phoenix_test]
async fn methods_of_the_same_names_are_not_met(capture: &Capture) {
    let _ = Service.fails(1);
    let _ = (Service.fails_later(1).await, Service.promises().await);
    let _ = Service.counts();
    let _ = orders_server::Orders::place(&Service, Request::new(Order)).await;
    let _ = traced!("traced", "user.id" = "me", Err::<u8, _>(Failed(4)));
    let _ = traced!("later", async { Err::<u8, _>(Failed(5)) }).await;
    let _ = db_span!(
        system = "sqlite",
        operation = "GET",
        rows = |rows: &u8| *rows,
        status_code = |failed: &Failed| failed.0,
        err(type_only),
        Err::<u8, _>(Failed(6))
    );
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
fails · ✗ Failed: Failed(1) · phoenix.hostile.placement=queued · ◆ fails

trace · test · 1 span · 1 error · kept: head, error
fails_later · ✗ Failed: Failed(1) · phoenix.hostile.placement=queued

trace · test · 1 span · kept: head
promises · phoenix.hostile.placement=queued

trace · test · 1 span · 1 error · kept: head, error
counts · ✗ u8 · phoenix.hostile.placement=queued · phoenix.operation.return=1

trace · test · 1 span · 1 error · kept: head, error
shop.Orders/Place · server · ✗ DATA_LOSS: gone · rpc.response.status_code=DATA_LOSS

trace · test · 1 span · 1 error · kept: head, error
traced · ✗ Failed: Failed(4)

trace · test · 1 span · 1 error · kept: head, error
later · ✗ Failed: Failed(5)

trace · test · 1 span · 1 error · kept: head, error
GET · client · ✗ 6 · db.response.status_code=6 · ◆ exception
"
    );
}

#[phoenix_test]
fn nor_where_a_test_is_not_async() -> Result<(), Failed> {
    Ok(())
}
