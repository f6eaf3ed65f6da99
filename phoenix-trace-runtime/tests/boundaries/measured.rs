//! How long requests take, as metrics: names and attributes are those of the conventions.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use phoenix_trace_runtime::db::Query;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::{Config, HttpClientLayer, HttpServerLayer};
use tower::{Layer as _, ServiceExt as _};

use super::grpc::{about, client};
use super::{captured, serve};
use crate::support::metrics::Measured;

fn measured() -> Measured {
    Measured::new(Config::default().sampler(Sampler::ratio(0.0)))
}

#[test]
fn requests_over_http() {
    let measured = measured();
    let user = async |Path(id): Path<u32>| match id {
        0 => StatusCode::NOT_FOUND,
        1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let app = Router::new()
        .route("/users/{id}", get(user))
        .route("/healthz", get(async || "ok"))
        .layer(HttpServerLayer::new().exclude("/healthz"));
    captured(&measured.capture, async {
        let address = serve(app).await;
        let http = Client::builder(TokioExecutor::new()).build_http();
        let http = HttpClientLayer::new().layer(http);
        for path in ["users/0", "users/1", "users/2", "users/3", "healthz"] {
            let request = Request::get(format!("http://{address}/{path}")).body(Body::empty());
            let response = http.clone().oneshot(request.unwrap()).await;
            response.unwrap().into_body().collect().await.unwrap();
        }
        let nobody = Request::get("http://127.0.0.1:1/").body(Body::empty());
        assert!(http.oneshot(nobody.unwrap()).await.is_err());
    });
    // An excluded request is the client's alone.
    assert_eq!(
        measured.series(),
        "\
http.client.request.duration 1 error.type=404 http.request.method=GET http.response.status_code=404 network.protocol.version=1.1 server.address=127.0.0.1 server.port=* service.peer.name=test
http.client.request.duration 1 error.type=503 http.request.method=GET http.response.status_code=503 network.protocol.version=1.1 server.address=127.0.0.1 server.port=* service.peer.name=test
http.client.request.duration 1 error.type=ConnectionRefused http.request.method=GET server.address=127.0.0.1 server.port=*
http.client.request.duration 3 http.request.method=GET http.response.status_code=200 network.protocol.version=1.1 server.address=127.0.0.1 server.port=* service.peer.name=test
http.server.request.duration 1 error.type=503 http.request.method=GET http.response.status_code=503 http.route=/users/{id} network.protocol.version=1.1 url.scheme=http
http.server.request.duration 1 http.request.method=GET http.response.status_code=404 http.route=/users/{id} network.protocol.version=1.1 url.scheme=http
http.server.request.duration 2 http.request.method=GET http.response.status_code=200 http.route=/users/{id} network.protocol.version=1.1 url.scheme=http
"
    );
}

#[test]
fn paths_methods_and_schemes_that_nobody_knows_make_no_series() {
    let measured = measured();
    let app = Router::new().layer(HttpServerLayer::new());
    captured(&measured.capture, async {
        let address = serve(app).await;
        for number in 0..10 {
            let request = format!(
                "BREW{number} /{number} HTTP/1.1\r\nhost: a{number}\r\nconnection: close\r\n\r\n"
            );
            super::send(address, &request).await;
            let request = request.replace(" /", &format!(" scheme{number}://a/"));
            super::send(address, &request).await;
            let call = format!(
                "POST /a.B/M{number} HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\nconnection: close\r\n\r\n"
            );
            super::send(address, &call).await;
        }
    });
    assert_eq!(
        measured.series(),
        "\
http.server.request.duration 20 http.request.method=_OTHER http.response.status_code=404 network.protocol.version=1.1 url.scheme=http
rpc.server.call.duration 10 rpc.method=_OTHER rpc.system.name=grpc
"
    );
}

#[test]
fn calls_over_grpc() {
    let measured = measured();
    captured(&measured.capture, async {
        let mut client = client().await;
        for service in ["", "missing", "broken", ""] {
            let _ = client.check(about(service)).await;
        }
        let stream = client.watch(about("")).await.unwrap();
        let mut stream = stream.into_inner();
        while stream.message().await.unwrap().is_some() {}
    });
    let series = measured.series();
    let requests: Vec<&str> = series
        .lines()
        .filter(|line| line.starts_with("rpc"))
        .collect();
    assert_eq!(
        requests,
        [
            "rpc.client.call.duration 1 error.type=INTERNAL rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=INTERNAL rpc.system.name=grpc server.address=health.example server.port=50051 service.peer.name=test",
            "rpc.client.call.duration 1 error.type=NOT_FOUND rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=NOT_FOUND rpc.system.name=grpc server.address=health.example server.port=50051 service.peer.name=test",
            "rpc.client.call.duration 1 rpc.method=grpc.health.v1.Health/Watch rpc.response.status_code=OK rpc.system.name=grpc server.address=health.example server.port=50051 service.peer.name=test",
            "rpc.client.call.duration 2 rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=OK rpc.system.name=grpc server.address=health.example server.port=50051 service.peer.name=test",
            "rpc.server.call.duration 1 error.type=INTERNAL rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=INTERNAL rpc.system.name=grpc",
            "rpc.server.call.duration 1 rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=NOT_FOUND rpc.system.name=grpc",
            "rpc.server.call.duration 1 rpc.method=grpc.health.v1.Health/Watch rpc.response.status_code=OK rpc.system.name=grpc",
            "rpc.server.call.duration 2 rpc.method=grpc.health.v1.Health/Check rpc.response.status_code=OK rpc.system.name=grpc",
        ]
    );
}

#[test]
fn queries() {
    let measured = measured();
    measured.capture.run(|| {
        for id in 0..3 {
            let sql = format!("SELECT * FROM orders WHERE id = {id}");
            let query = Query::new("postgresql").namespace("shop").sql(&sql);
            query.run(|| ());
        }
        let failed = Query::new("redis")
            .operation("GET")
            .run(|| "x".parse::<u8>());
        assert!(failed.is_err());
    });
    assert_eq!(
        measured.series(),
        "\
db.client.operation.duration 1 db.operation.name=GET db.system.name=redis error.type=ParseIntError
db.client.operation.duration 3 db.namespace=shop db.query.summary=SELECT orders db.system.name=postgresql
"
    );
}
