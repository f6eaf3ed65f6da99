//! `HttpClientLayer` as a middleware of `reqwest_middleware`.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpClientLayer, HttpServerLayer, UrlTemplate};
use reqwest_middleware::reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};

use super::http_attempts::reluctant;
use super::{attributes, captured, listen, serve, work};
use crate::support::traced;
use opentelemetry::trace::SpanKind;

fn client(layer: HttpClientLayer) -> ClientWithMiddleware {
    ClientBuilder::new(Client::builder().no_proxy().build().unwrap())
        .with(layer)
        .build()
}

/// Tries again until it is answered well.
struct Again;

#[async_trait::async_trait]
impl Middleware for Again {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut http::Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        loop {
            let copy = request.try_clone().unwrap();
            let response = next.clone().run(copy, extensions).await?;
            if response.status().is_success() {
                return Ok(response);
            }
        }
    }
}

#[test]
fn a_request_and_its_body_are_one_span() {
    let capture = Capture::new();
    let body = captured(&capture, async {
        let seen = async |headers: HeaderMap| {
            work("load user");
            headers["x-correlation-id"].to_str().unwrap().to_owned()
        };
        let users = Router::new().route("/users/{id}", get(seen));
        let address = serve(users.layer(HttpServerLayer::new())).await;
        let url = format!("http://{address}/users/17?sig=secret");
        let request = client(HttpClientLayer::new())
            .get(&url)
            .with_extension(UrlTemplate::from("/users/{id}"));
        traced("work", async {
            let response = request.send().await.unwrap();
            assert_eq!(response.url().as_str(), url);
            assert_eq!(response.content_length(), Some(32));
            response.text().await.unwrap()
        })
        .await
    });
    assert_eq!(body.len(), 32, "{body}");
    assert_eq!(capture.tree(), "\
trace · test · 4 spans · kept: head
work
└╴GET /users/{id} · client · http.request.method=GET · http.response.status_code=200
  └╴GET /users/{id} · server · http.request.method=GET · http.route=/users/{id} · http.response.status_code=200
    └╴load user
");
    let written = attributes(&capture, SpanKind::Client, "GET /users/{id}");
    assert!(written.contains("/users/17?sig=REDACTED"), "{written}");
}

#[test]
fn a_span_for_each_attempt() {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve(reluctant()).await;
        let client = ClientBuilder::new(Client::builder().no_proxy().build().unwrap())
            .with(Again)
            .with(HttpClientLayer::new())
            .build();
        let request = client.get(format!("http://{address}/")).send();
        assert_eq!(traced("work", request).await.unwrap().status(), 200);
        // The next request is counted anew.
        client
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap();
    });
    assert_eq!(capture.tree(), "\
trace · test · 4 spans · 2 errors · kept: head, error
work
├╴GET · client · ✗ 503 · http.request.method=GET · http.response.status_code=503
├╴GET · client · ✗ 503 · http.request.method=GET · http.request.resend_count=1 · http.response.status_code=503
└╴GET · client · http.request.method=GET · http.request.resend_count=2 · http.response.status_code=200

trace · test · 1 span · kept: head
GET · client · http.request.method=GET · http.response.status_code=200
");
}

#[test]
fn an_error_tells_no_secret_of_the_url() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let error = captured(&capture, async {
        let (listener, address) = listen().await;
        drop(listener);
        let url = format!("http://{address}/?sig=secret");
        client(HttpClientLayer::new()).get(url).send().await
    })
    .unwrap_err();
    assert!(
        error.url().unwrap().as_str().contains("sig=secret"),
        "the caller still has it"
    );
    assert_eq!(capture.tree(), "\
trace · test · 1 span · 1 error · kept: error
GET · client · ✗ ConnectionRefused: error sending request: client error (Connect): tcp connect error: Connection refused (os error 111) · http.request.method=GET
");
}

#[test]
fn a_request_given_up_before_its_response() {
    let capture = Capture::new();
    captured(&capture, async {
        let (listener, address) = listen().await;
        let client = client(HttpClientLayer::new());
        let response = client.get(format!("http://{address}/")).send();
        tokio::select! {
            biased;
            _ = response => {}
            _ = listener.accept() => {}
        }
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
GET · client · http.request.method=GET · phoenix.cancelled=true
"
    );
}

#[test]
fn hosts_outside_of_the_list_are_told_nothing() {
    let capture = Capture::new();
    captured(&capture, async {
        let seen = async |headers: HeaderMap| headers.contains_key("traceparent").to_string();
        let address = serve(Router::new().route("/", get(seen))).await;
        for (host, expected) in [("127.0.0.1", "true"), ("a.example", "false")] {
            let layer = HttpClientLayer::new().propagate_to([host]);
            let response = client(layer).get(format!("http://{address}/")).send().await;
            assert_eq!(response.unwrap().text().await.unwrap(), expected);
        }
    });
}
