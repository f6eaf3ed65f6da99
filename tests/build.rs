//! The code that tonic generates for the tests' service, which has every shape of RPC. It is described here and not in a proto
//! file: a compiler of those would have to be built for every case of the suite of compile errors.

use tonic_build::manual::{Builder, Method, MethodBuilder, Service};

fn main() {
    let method = |name: &str, route: &str| -> MethodBuilder {
        Method::builder()
            .name(name)
            .route_name(route)
            .codec_path("tonic_prost::ProstCodec")
            .input_type("crate::grpc::Order")
            .output_type("crate::grpc::Receipt")
    };
    let orders = Service::builder()
        .name("Orders")
        .package("shop.v1")
        .method(method("place_order", "PlaceOrder").build())
        .method(method("get_url", "GetURL").build())
        .method(
            method("upload_items", "UploadItems")
                .client_streaming()
                .build(),
        )
        .method(method("watch_url", "WatchURL").server_streaming().build())
        .method(
            method("chat", "Chat")
                .client_streaming()
                .server_streaming()
                .build(),
        )
        .method(method("health", "Health").build())
        .build();
    Builder::new().compile(&[orders]);
}
