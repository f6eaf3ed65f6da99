//! `HttpServerLayer` in other places than around axum's routes, and connections that leave HTTP.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use bytes::Bytes;
use http_body_util::{Empty, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::http::HttpServer;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpClientLayer, HttpServerLayer, set_http_route, trace_request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::timeout::TimeoutLayer;
use tower::{BoxError, Layer as _, Service, ServiceBuilder, ServiceExt as _, service_fn};

use super::{attributes, captured, header, listen, send, serve, work};

const CLOSE: &str = "host: a\r\nconnection: close\r\n\r\n";

/// Serves one connection by hyper alone.
async fn serve_hyper<S, B>(service: S) -> SocketAddr
where
    S: Service<http::Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let server = Builder::new(TokioExecutor::new());
        let service = TowerToHyperService::new(service);
        let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let _ = connection.await;
    });
    address
}

async fn user(request: http::Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path().starts_with("/users/") {
        set_http_route("/users/{id}");
    }
    tokio::task::yield_now().await;
    work("load user");
    Ok(Response::new(Full::from("a user")))
}

#[test]
fn hypers_own_server() {
    let capture = Capture::new();
    let response = captured(&capture, async {
        let service = HttpServerLayer::new().layer(service_fn(user));
        send(
            serve_hyper(service).await,
            &format!("GET /users/17 HTTP/1.1\r\n{CLOSE}"),
        )
        .await
    });
    assert!(response.ends_with("a user"), "{response}");
    assert_eq!(
        header(&response, "x-correlation-id").map(str::len),
        Some(32)
    );
    assert_eq!(capture.tree(), "\
trace · test · 2 spans · kept: head
GET /users/{id} · server · http.request.method=GET · http.route=/users/{id} · http.response.status_code=200
└╴load user
");
}

#[test]
fn the_address_of_the_client_where_the_server_tells_it() {
    #[derive(Clone)]
    struct Peer(SocketAddr);
    let capture = Capture::new();
    captured(&capture, async {
        let layer = HttpServerLayer::new()
            .client_address(|extensions| Some(extensions.get::<Peer>()?.0.ip()));
        let peer = Peer(([127, 0, 0, 1], 1).into());
        let service = ServiceBuilder::new()
            .map_request(move |mut request: http::Request<Incoming>| {
                request.extensions_mut().insert(peer.clone());
                request
            })
            .layer(layer)
            .service_fn(user);
        send(
            serve_hyper(service).await,
            &format!("GET / HTTP/1.1\r\n{CLOSE}"),
        )
        .await
    });
    let written = attributes(&capture, SpanKind::Server, "GET");
    assert!(written.contains("client.address = 127.0.0.1"), "{written}");
}

/// The scheme on the span of a request with this target and these fields, which says that its client speaks HTTPS.
fn scheme(layer: HttpServerLayer, target: &str, fields: &str) -> String {
    let capture = Capture::new();
    let request = format!("GET {target} HTTP/1.1\r\n{fields}{CLOSE}");
    captured(&capture, async {
        let service = layer.layer(service_fn(user));
        send(serve_hyper(service).await, &request).await
    });
    let all = attributes(&capture, SpanKind::Server, "GET");
    let scheme = all
        .lines()
        .find_map(|line| line.strip_prefix("url.scheme = "));
    scheme.unwrap_or_default().to_owned()
}

#[test]
fn the_scheme_is_what_the_operator_says_and_else_one_of_two() {
    let told = "x-forwarded-proto: https, http\r\n";
    for (layer, target, fields, expected) in [
        (HttpServerLayer::new(), "/", "", "http"),
        (HttpServerLayer::new(), "/", told, "http"),
        (HttpServerLayer::new(), "https://a/", "", "https"),
        (HttpServerLayer::new(), "gopher://a/", "", "http"),
        (HttpServerLayer::new().https(), "http://a/", "", "https"),
        (
            HttpServerLayer::new().forwarded_scheme(),
            "/",
            told,
            "https",
        ),
        (HttpServerLayer::new().forwarded_scheme(), "/", "", "http"),
    ] {
        assert_eq!(scheme(layer, target, fields), expected, "{target} {fields}");
    }
}

#[test]
fn what_is_no_http_makes_no_span() {
    for garbage in [
        "this is no HTTP\r\n\r\n",
        "GET / HTTP/9.9\r\nhost: a\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "GET / HTTP/1.1\r\nx-correlation-id: \u{1b}[31m\r\n\r\n",
    ] {
        let capture = Capture::new();
        let response = captured(&capture, async {
            let service = HttpServerLayer::new().layer(service_fn(user));
            send(serve_hyper(service).await, garbage).await
        });
        assert!(
            response.is_empty() || response.starts_with("HTTP/1.1 400"),
            "{response}"
        );
        assert_eq!(capture.stats().ended, 0, "{garbage:?}");
    }
}

/// A service around which a timeout is, or the other way round, and the tree of one request to it.
fn timed_out<S, B>(layers: impl FnOnce() -> S) -> String
where
    S: Service<http::Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve_hyper(layers()).await;
        send(address, &format!("GET / HTTP/1.1\r\n{CLOSE}")).await
    });
    capture.tree()
}

async fn never(_: http::Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    pending().await
}

fn at_once() -> TimeoutLayer {
    TimeoutLayer::new(Duration::from_millis(1))
}

#[test]
fn a_timeout_inside_of_the_layer_is_an_error() {
    let layers = || {
        ServiceBuilder::new()
            .layer(HttpServerLayer::new())
            .layer(at_once())
            .service_fn(never)
    };
    assert_eq!(
        timed_out(layers),
        "\
trace · test · 1 span · 1 error · kept: head, error
GET · server · ✗ Error: request timed out · http.request.method=GET
"
    );
}

#[test]
fn a_timeout_around_the_layer_gives_the_request_up() {
    let layers = || {
        ServiceBuilder::new()
            .layer(at_once())
            .layer(HttpServerLayer::new())
            .service_fn(never)
    };
    assert_eq!(
        timed_out(layers),
        "\
trace · test · 1 span · kept: head
GET · server · http.request.method=GET · phoenix.cancelled=true
"
    );
}

#[test]
fn a_function_for_axums_middleware() {
    let capture = Capture::new();
    let response = captured(&capture, async {
        let app = Router::new()
            .route(
                "/users/{id}",
                get(async || {
                    work("load user");
                    "a user"
                }),
            )
            .layer(middleware::from_fn(trace_request));
        let request = format!("GET /users/17 HTTP/1.1\r\nx-correlation-id: order-4711\r\n{CLOSE}");
        send(serve(app).await, &request).await
    });
    assert!(response.ends_with("a user"), "{response}");
    assert_eq!(header(&response, "x-correlation-id"), Some("order-4711"));
    assert_eq!(capture.tree(), "\
trace · test · 2 spans · kept: head
GET /users/{id} · server · http.request.method=GET · http.route=/users/{id} · http.response.status_code=200
└╴load user
");
}

/// The tree of one request to a router with others inside.
fn nested(path: &str) -> String {
    let capture = Capture::new();
    captured(&capture, async {
        let inner = Router::new()
            .route("/items/{item}", get(async || "an item"))
            .fallback(async || StatusCode::NOT_FOUND);
        let any = service_fn(async |_: Request| Ok::<_, Infallible>("a file".into_response()));
        let app = Router::new()
            .nest("/orders/{order}", inner)
            .nest_service("/files", any)
            .route("/pages/{*rest}", get(async || "a page"))
            .layer(HttpServerLayer::new());
        send(serve(app).await, &format!("GET {path} HTTP/1.1\r\n{CLOSE}")).await
    });
    capture.tree()
}

#[test]
fn routers_inside_of_routers() {
    for (path, name, route, status) in [
        (
            "/orders/1/items/2",
            "GET /orders/{order}/items/{item}",
            "http.route=/orders/{order}/items/{item} · ",
            200,
        ),
        ("/orders/1/other", "GET", "", 404),
        ("/files/etc/passwd", "GET", "", 200),
        (
            "/pages/any/thing",
            "GET /pages/{*rest}",
            "http.route=/pages/{*rest} · ",
            200,
        ),
        ("/elsewhere", "GET", "", 404),
    ] {
        assert_eq!(
            nested(path),
            format!(
                "\
trace · test · 1 span · kept: head
{name} · server · http.request.method=GET · {route}http.response.status_code={status}
"
            )
        );
    }
}

/// Switches to a protocol that sends back what it gets.
async fn echo(request: http::Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let upgrade = hyper::upgrade::on(request);
    tokio::spawn(async move {
        let mut stream = TokioIo::new(upgrade.await.unwrap());
        let mut word = [0; 4];
        while stream.read_exact(&mut word).await.is_ok() {
            stream.write_all(&word).await.unwrap();
        }
    });
    let response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "echo");
    Ok(response.body(Body::empty()).unwrap())
}

fn upgrading() -> HttpServer<
    impl Service<http::Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send>
    + Clone
    + Send,
> {
    HttpServerLayer::new().layer(service_fn(echo))
}

const UPGRADED: &str = "\
trace · test · 1 span · kept: head
GET · server · http.request.method=GET · http.response.status_code=101
";

#[test]
fn an_upgraded_connection_has_left_its_request() {
    let capture = Capture::new();
    captured(&capture, async {
        let mut stream = TcpStream::connect(serve_hyper(upgrading()).await)
            .await
            .unwrap();
        let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(char::from(stream.read_u8().await.unwrap()));
        }
        assert!(header(&head, "x-correlation-id").is_some(), "{head}");
        stream.write_all(b"ping").await.unwrap();
        let mut word = [0; 4];
        stream.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"ping");
        assert_eq!(capture.tree(), UPGRADED, "with the connection still open");
    });
}

#[test]
fn so_has_a_client_that_asked_for_it() {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve_hyper(service_fn(echo)).await;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let request = http::Request::get(format!("http://{address}/"))
            .header("connection", "upgrade")
            .header("upgrade", "echo");
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let client = HttpClientLayer::new().layer(client);
        let response = client.oneshot(request).await.unwrap();
        let _open = hyper::upgrade::on(response.map(|_| Empty::<Bytes>::new())).await;
        assert_eq!(capture.tree(), UPGRADED.replace("server", "client"));
    });
}

/// Between the call and the first poll nobody but the response has the span.
#[test]
fn a_response_that_is_dropped_before_it_is_polled_gives_the_request_up() {
    let dropped = |drop_it: fn(Box<dyn Send>)| {
        let capture = Capture::new();
        captured(&capture, async {
            let handler = |_: Request| {
                work("look it up");
                pending::<Result<Response<Body>, Infallible>>()
            };
            let mut service = HttpServerLayer::new().layer(service_fn(handler));
            let request = Request::get("/").body(Body::empty()).unwrap();
            drop_it(Box::new(service.call(request)));
        });
        capture.tree()
    };
    let expected = "\
trace · test · 2 spans · kept: head
GET · server · http.request.method=GET · phoenix.cancelled=true
└╴look it up
";
    assert_eq!(dropped(drop), expected);
    let elsewhere = |response| std::thread::spawn(|| drop(response)).join().unwrap();
    assert_eq!(dropped(elsewhere), expected);
}
