//! Warp's filters inside of `HttpServerLayer`.

use std::convert::Infallible;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpServerLayer, http};
use warp::Filter as _;

use super::{captured, header, listen, send, work};

/// The tree of one request to some filters, and the response.
fn exchange(capture: &Capture, request: &str) -> (String, String) {
    let response = captured(capture, async {
        let user = warp::path!("users" / u64)
            .and(http::warp::route("/users/{id}"))
            .and(warp::get())
            .then(async |id| {
                tokio::task::yield_now().await;
                work("load user");
                Ok::<_, Infallible>(format!("user {id}"))
            });
        let panics = warp::path!("panic").map(|| -> &str { panic!("the handler is broken") });
        let health = warp::path!("healthz").map(|| "ok");
        let layer = HttpServerLayer::new().exclude("/healthz");
        let service = http::warp::service(&layer, user.or(panics).or(health));
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let server = Builder::new(TokioExecutor::new());
            let service = TowerToHyperService::new(service);
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
        let request = format!("{request}host: a\r\nconnection: close\r\n\r\n");
        send(address, &request).await
    });
    (capture.tree(), response)
}

#[track_caller]
fn check(request: &str, expected: &str) {
    let (tree, response) = exchange(&Capture::new(), request);
    assert_eq!(tree, expected, "{response}");
}

#[test]
fn a_request_below_the_route_that_its_filter_tells() {
    let request = "GET /users/17 HTTP/1.1\r\n";
    let (tree, response) = exchange(&Capture::new(), request);
    assert_eq!(tree, "\
trace · test · 2 spans · kept: head
GET /users/{id} · server · http.request.method=GET · http.route=/users/{id} · http.response.status_code=200
└╴load user
");
    assert!(response.ends_with("user 17"), "{response}");
    assert!(header(&response, "x-correlation-id").is_some());
}

#[test]
fn a_method_that_the_route_has_not() {
    check("DELETE /users/17 HTTP/1.1\r\n", "\
trace · test · 1 span · kept: head
DELETE /users/{id} · server · http.request.method=DELETE · http.route=/users/{id} · http.response.status_code=405
");
}

#[test]
fn a_path_without_a_route_is_no_name() {
    check(
        "GET /etc/passwd HTTP/1.1\r\n",
        "\
trace · test · 1 span · kept: head
GET · server · http.request.method=GET · http.response.status_code=404
",
    );
}

#[test]
fn a_panic_in_a_filter() {
    check(
        "GET /panic HTTP/1.1\r\n",
        "\
trace · test · 1 span · 1 error · kept: head, error
GET · server · ✗ panic: the handler is broken · http.request.method=GET
",
    );
}

#[test]
fn an_excluded_path_makes_no_span_and_answers_its_id() {
    let capture = Capture::new();
    let request = "GET /healthz HTTP/1.1\r\nx-correlation-id: probe-1\r\n";
    let (tree, response) = exchange(&capture, request);
    assert_eq!((tree.as_str(), capture.stats().ended), ("", 0));
    assert_eq!(header(&response, "x-correlation-id"), Some("probe-1"));
}
