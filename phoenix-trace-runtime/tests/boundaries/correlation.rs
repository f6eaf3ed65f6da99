//! Correlation ids: which one wins, how far it reaches, and that it travels while nothing is recorded.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use futures_util::StreamExt as _;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    CorrelationId, HttpServerLayer, InCurrentSpan as _, current_correlation_id, current_span,
    extract_correlation_id_from_request, inject_correlation_id_to_request, set_correlation_id,
    with_correlation_id, with_correlation_id_async,
};

use super::{block_on, captured, header, send, serve, work};

fn id(text: &str) -> CorrelationId {
    text.parse().unwrap()
}

fn current() -> String {
    current_correlation_id().map_or_else(|| "none".to_owned(), |id| id.to_string())
}

#[test]
fn the_given_id_wins_and_the_previous_one_returns() {
    with_correlation_id(Some(id("outer")), || {
        assert_eq!(current(), "outer");
        with_correlation_id(Some(id("inner")), || assert_eq!(current(), "inner"));
        with_correlation_id(None, || assert_eq!(current(), "outer"));
        set_correlation_id(id("set"));
        assert_eq!(current(), "set");
    });
    assert_eq!(current(), "none");
}

#[test]
fn without_any_there_is_a_new_one_for_the_time_of_the_call() {
    let first = with_correlation_id(None, current);
    let second = with_correlation_id(None, current);
    assert!(first.len() == 32 && second.len() == 32 && first != second);
    set_correlation_id(id("nobody"));
    assert_eq!(current(), "none");
}

#[test]
fn it_belongs_to_the_task_and_not_to_the_thread() {
    block_on(async {
        let task = |name: &'static str| {
            with_correlation_id_async(Some(id(name)), async move {
                for _ in 0..3 {
                    assert_eq!(current(), name);
                    tokio::task::yield_now().await;
                }
                tokio::spawn(async { current() }.in_current_span())
                    .await
                    .unwrap()
            })
        };
        let (one, two) = tokio::join!(task("one"), task("two"));
        assert_eq!(
            (one.as_str(), two.as_str(), current().as_str()),
            ("one", "two", "none")
        );
    });
}

#[test]
fn what_is_set_within_lasts_to_its_end() {
    let within = async || {
        let inner = with_correlation_id_async(Some(id("inner")), async {
            set_correlation_id(id("set"));
            tokio::task::yield_now().await;
            current()
        });
        let set = inner.await;
        (set, current())
    };
    block_on(async {
        assert_eq!(within().await, ("set".to_owned(), "none".to_owned()));
        let outer = with_correlation_id_async(Some(id("outer")), within());
        assert_eq!(outer.await, ("set".to_owned(), "outer".to_owned()));
    });
}

#[test]
fn it_is_gone_after_a_panic() {
    let panicked = std::panic::catch_unwind(|| {
        with_correlation_id(Some(id("doomed")), || panic!("as expected"));
    });
    assert!(panicked.is_err());
    assert_eq!(current(), "none");
}

#[test]
fn roots_within_it_tell_it() {
    let capture = Capture::new();
    captured(&capture, async {
        with_correlation_id_async(Some(id("order-4711")), async { work("step") }).await;
    });
    let spans = capture.exported();
    let told = spans[0]
        .attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == "phoenix.correlation.id");
    assert_eq!(told.unwrap().value.as_str(), "order-4711");
}

#[test]
fn in_a_trace_its_id_stands_in() {
    let capture = Capture::new();
    captured(&capture, async {
        let handler = async || {
            let trace = current_span().trace_id().to_string();
            assert_eq!(current(), trace);
            with_correlation_id(None, || assert_eq!(current(), trace));
            set_correlation_id(id("late"));
            let spawned = phoenix_trace_runtime::spawn(async { current() });
            assert_eq!(spawned.await.unwrap(), "late");
            "seen"
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(HttpServerLayer::new());
        let response = send(
            serve(app).await,
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        )
        .await;
        assert_eq!(
            header(&response, "x-correlation-id"),
            Some("late"),
            "{response}"
        );
        assert!(response.ends_with("seen"));
    });
}

#[test]
fn context_passes_through_while_nothing_is_recorded() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let response = block_on(async {
        let handler = async || {
            tokio::task::yield_now().await;
            let mut headers = HeaderMap::new();
            inject_correlation_id_to_request(&mut headers);
            ["traceparent", "tracestate", "baggage", "x-correlation-id"]
                .map(|name| headers[name].to_str().unwrap().to_owned())
                .join("|")
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(HttpServerLayer::new());
        let request = format!(
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntraceparent: {parent}\r\ntracestate: ot=th:8,v=1\r\nbaggage: k=v\r\nx-correlation-id: order-4711\r\n\r\n"
        );
        send(serve(app).await, &request).await
    });
    assert!(
        response.ends_with(&format!("\r\n\r\n{parent}|ot=th:8,v=1|k=v|order-4711")),
        "{response}"
    );
    assert_eq!(header(&response, "x-correlation-id"), Some("order-4711"));
}

#[test]
fn requests_tell_it_by_header_or_by_trace() {
    let mut headers = HeaderMap::new();
    assert_eq!(extract_correlation_id_from_request(&headers), None);
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.insert("traceparent", parent.parse().unwrap());
    let told = |headers: &HeaderMap| {
        extract_correlation_id_from_request(headers)
            .unwrap()
            .to_string()
    };
    assert_eq!(told(&headers), "4bf92f3577b34da6a3ce929d0e0e4736");
    headers.insert("x-correlation-id", "not valid".parse().unwrap());
    assert_eq!(told(&headers), "4bf92f3577b34da6a3ce929d0e0e4736");
    headers.insert("x-correlation-id", "order-4711".parse().unwrap());
    assert_eq!(told(&headers), "order-4711");
}

#[test]
fn it_reaches_the_end_of_a_stream() {
    let response = captured(&Capture::new(), async {
        let handler = async || {
            let pieces = futures_util::stream::iter(0..3).then(async |_| {
                tokio::task::yield_now().await;
                // Whoever makes the last piece asks long after the handler has returned.
                Ok::<_, std::convert::Infallible>(format!("{} ", current()))
            });
            axum::body::Body::from_stream(pieces)
        };
        let app = Router::new()
            .route("/", get(handler))
            .layer(HttpServerLayer::new());
        let request = "GET / HTTP/1.0\r\nhost: a\r\nx-correlation-id: order-4711\r\n\r\n";
        send(serve(app).await, request).await
    });
    assert!(
        response.ends_with("order-4711 order-4711 order-4711 "),
        "{response}"
    );
    assert_eq!(header(&response, "x-correlation-id"), Some("order-4711"));

    let carried = with_correlation_id(Some(id("carried")), || {
        futures_util::stream::iter(0..2)
            .map(|_| current())
            .in_current_span()
    });
    let seen: Vec<String> = block_on(carried.collect());
    assert_eq!(seen, ["carried", "carried"]);
}

#[test]
fn an_id_that_a_spawned_task_sets_is_that_of_the_request() {
    let capture = Capture::new();
    let response = captured(&capture, async {
        let handler = async || {
            let task = async {
                tokio::task::yield_now().await;
                // Within a scope of its own it stays there.
                with_correlation_id(Some(id("lent")), || set_correlation_id(id("scoped")));
                set_correlation_id(id("order-4711"));
            };
            tokio::spawn(task.in_current_span()).await.unwrap();
            let sibling = tokio::spawn(async { current() }.in_current_span());
            format!("{} {}", current(), sibling.await.unwrap())
        };
        let app = Router::new().route("/", get(handler));
        let address = serve(app.layer(HttpServerLayer::new())).await;
        let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        send(address, request).await
    });
    assert_eq!(header(&response, "x-correlation-id"), Some("order-4711"));
    assert!(
        response.ends_with("order-4711 order-4711"),
        "the handler and another task have it: {response}"
    );
    let root = &capture.exported()[0];
    let of_root = root.attributes.iter().find_map(|attribute| {
        let is_id = attribute.key.as_str() == "phoenix.correlation.id";
        is_id.then(|| attribute.value.to_string())
    });
    assert_eq!(of_root.as_deref(), Some("order-4711"));
}
