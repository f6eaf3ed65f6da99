//! What each macro makes of typical code, as text: `expansions/*.rs` beside `src/`. `UPDATE_EXPECT=1 cargo test` writes it
//! anew; whoever changes what is generated looks at the difference.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::TokenStream;
use quote::quote;

use crate::{db_span, entry, keys, operation, record, service};

#[expect(
    clippy::needless_pass_by_value,
    reason = "the callers make both in place"
)]
#[track_caller]
fn check(expanded: TokenStream, expected: ExpectFile) {
    let file = match syn_of_prettyplease::parse_file(&expanded.to_string()) {
        Ok(file) => file,
        Err(error) => panic!("it is no code: {error}\n{expanded}"),
    };
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn operation_sync() {
    let options = quote!(
        name = "load user",
        kind = client,
        attributes("user.id" = id, "server.port" = 80)
    );
    let function = quote! {
        /// Loads it.
        #[inline]
        pub(crate) fn load(&self, id: &str) -> Result<User, LoadError> {
            self.users.get(id).ok_or(LoadError)
        }
    };
    check(
        operation::traced_operation(options, function),
        expect_file!["../expansions/operation_sync.rs"],
    );
}

#[test]
fn operation_that_cannot_fail() {
    let function = quote!(
        fn nothing() {}
    );
    check(
        operation::traced_operation(quote!(), function),
        expect_file!["../expansions/operation_that_cannot_fail.rs"],
    );
}

#[test]
fn operation_async() {
    let options =
        quote!(attributes(keys::TASK_ID = %task.id), err(type_only, if = |error| error.is_fatal()));
    let function = quote! {
        async fn schedule(task: &Task) -> Result<Placement, Error> {
            place(task).await
        }
    };
    check(
        operation::traced_operation(options, function),
        expect_file!["../expansions/operation_async.rs"],
    );
}

#[test]
fn operation_async_trait() {
    // What `#[async_trait]` makes of `async fn run(&self, job: Job) -> Result<(), Error> { self.start(job).await }`.
    let function = quote! {
        fn run<'life0, 'async_trait>(
            &'life0 self,
            job: Job,
        ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<(), Error>> + ::core::marker::Send + 'async_trait>>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<(), Error>> {
                    return __ret;
                }
                let __self = self;
                let job = job;
                let __ret: Result<(), Error> = { __self.start(job).await };
                #[allow(unreachable_code)]
                __ret
            })
        }
    };
    check(
        operation::traced_operation(quote!(attributes("user.id" = self.user)), function),
        expect_file!["../expansions/operation_async_trait.rs"],
    );
}

#[test]
fn operation_impl_future() {
    let function = quote! {
        fn fetch(url: String) -> impl Future<Output = Result<u8, Error>> + Send {
            let url = normalised(url);
            async move { get(url).await }
        }
    };
    check(
        operation::traced_operation(quote!(), function),
        expect_file!["../expansions/operation_impl_future.rs"],
    );
}

#[test]
fn grpc_service() {
    let service = quote! {
        #[tonic::async_trait]
        impl orders_server::Orders for Service {
            #[traced_operation(attributes("user.id" = request.get_ref().user))]
            async fn place(&self, request: Request<Order>) -> Result<Response<Receipt>, Status> {
                self.place(request.into_inner()).await
            }

            type WatchStream = ReceiverStream<Result<Receipt, Status>>;

            async fn watch(&self, request: Request<Order>) -> Result<Response<Self::WatchStream>, Status> {
                Ok(Response::new(Self::WatchStream::new(self.subscribe(request))))
            }

            type ChatStream = Pin<Box<dyn Stream<Item = Result<Receipt, Status>> + Send>>;

            async fn chat(&self, request: Request<Streaming<Order>>) -> Result<Response<Self::ChatStream>, Status> {
                Ok(Response::new(self.answers(request)))
            }
        }
    };
    check(
        service::traced_grpc_service(quote!(), service),
        expect_file!["../expansions/grpc_service.rs"],
    );
}

#[test]
fn grpc_service_of_futures() {
    let service = quote! {
        impl orders_server::Orders for Service {
            fn place(&self, request: Request<Order>) -> impl Future<Output = Result<Response<Receipt>, Status>> + Send {
                self.place(request.into_inner())
            }
        }
    };
    check(
        service::traced_grpc_service(quote!(service = "shop.Orders"), service),
        expect_file!["../expansions/grpc_service_of_futures.rs"],
    );
}

#[test]
fn main_async() {
    let options = quote!(
        service = "orders",
        flavor = "current_thread",
        config = config
    );
    let function = quote! {
        async fn main() -> Result<(), Error> {
            serve().await
        }
    };
    check(
        entry::phoenix_main(options, function),
        expect_file!["../expansions/main_async.rs"],
    );
}

#[test]
fn main_sync() {
    let function = quote!(
        fn main() {
            serve()
        }
    );
    check(
        entry::phoenix_main(quote!(), function),
        expect_file!["../expansions/main_sync.rs"],
    );
}

#[test]
fn test_async() {
    let options = quote!(flavor = "multi_thread", worker_threads = 2);
    let function = quote! {
        #[should_panic]
        async fn it_is_traced(capture: &Capture) -> Result<(), Error> {
            run(capture).await
        }
    };
    let expanded = entry::phoenix_test(options, function);
    // What is handed to `testing!`, which gives it back where the feature is there.
    let inner = expanded.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    check(
        inner.unwrap_or_default(),
        expect_file!["../expansions/test_async.rs"],
    );
}

#[test]
fn keys() {
    let declarations = quote! {
        /// Keys owned by this service.
        pub mod keys {
            /// The task being scheduled.
            TASK_ID: "phoenix.task.id" => string,
            QUEUE_DEPTHS: "phoenix.queue.depths" => int[],
            USER_EMAIL: "phoenix.user.email" => string, sensitive,
        }
    };
    check(
        keys::attribute_keys(declarations),
        expect_file!["../expansions/keys.rs"],
    );
}

#[test]
fn record_and_event() {
    let recorded = record::record(quote!("user.id" = %id, keys::QUEUE_DEPTH = queue.len()));
    let event = record::event(quote!("placed", "user.id" = id));
    check(
        quote!(fn body() { #recorded; #event; }),
        expect_file!["../expansions/record_and_event.rs"],
    );
}

#[test]
fn db_span_sync() {
    let call = quote! {
        system = "sqlite",
        sql = ORDERS,
        rows = |orders| orders.len(),
        status_code = sqlite_code,
        "server.port" = port(),
        connection.select(ORDERS, user)
    };
    let expanded = db_span::db_span(call);
    check(
        quote!(fn body() { #expanded }),
        expect_file!["../expansions/db_span_sync.rs"],
    );
}
