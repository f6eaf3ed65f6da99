//! Each fault as a client sees it, over both protocols.

use tonic::Code;
use tonic_types::StatusExt;

use super::*;

const SECOND_AND_A_HALF: Duration = Duration::from_millis(1_500);

/// Starts a receiver that answers with `fault`.
fn failing(fault: Fault) -> OtlpReceiver {
    let receiver = OtlpReceiver::start().expect("started");
    receiver.respond_with(fault);
    receiver
}

/// Sends one span both ways; both are refused, so nothing is recorded but two requests.
fn refused(fault: Fault) -> (tonic::Status, Raw) {
    let receiver = failing(fault);
    let status = export_over_grpc(&receiver, &["a"]).expect_err("refused");
    let raw = export_over_http(&receiver, &["a"]);
    assert_eq!((receiver.spans().len(), receiver.requests()), (0, 2));
    (status, raw)
}

#[test]
fn unavailable() {
    let (status, raw) = refused(Fault::Unavailable);
    assert_eq!((status.code(), raw.status()), (Code::Unavailable, "503"));
}

#[test]
fn throttle() {
    let retry_after = Some(SECOND_AND_A_HALF);
    let (status, raw) = refused(Fault::Throttle { retry_after });
    assert_eq!(
        (status.code(), raw.status()),
        (Code::ResourceExhausted, "429")
    );
    let info = status.get_details_retry_info().expect("a RetryInfo");
    assert_eq!(info.retry_delay, retry_after);
    assert_eq!(raw.header("retry-after"), Some("2"));
}

#[test]
fn throttle_without_a_time() {
    let (status, raw) = refused(Fault::Throttle { retry_after: None });
    assert_eq!(
        (status.code(), raw.status()),
        (Code::ResourceExhausted, "429")
    );
    assert!(status.get_details_retry_info().is_none());
    assert_eq!(raw.header("retry-after"), None);
}

#[test]
fn a_grpc_code() {
    let (status, raw) = refused(Fault::Status(Code::PermissionDenied));
    assert_eq!(
        (status.code(), raw.status()),
        (Code::PermissionDenied, "403")
    );
    let body = tonic_types::Status::decode(&*raw.body).expect("a google.rpc.Status");
    assert_eq!(body.code, i32::from(Code::PermissionDenied));
}

#[test]
fn an_http_status() {
    let (status, raw) = refused(Fault::Http {
        status: 502,
        retry_after: Some(SECOND_AND_A_HALF),
    });
    assert_eq!((status.code(), raw.status()), (Code::Unavailable, "502"));
    assert_eq!(raw.header("retry-after"), Some("2"));
}

#[test]
fn an_answer_word_for_word() {
    let headers = [
        ("grpc-status", "16"),
        ("grpc-message", "who%20is it?"),
        ("x y", "z"),
    ];
    let (status, raw) = refused(Fault::Answer {
        status: 200,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        body: b"a body".to_vec(),
    });
    assert_eq!(
        (status.code(), status.message()),
        (Code::Unauthenticated, "who is it?")
    );
    assert_eq!(
        (raw.status(), raw.header("grpc-status")),
        ("200", Some("16"))
    );
    assert_eq!(raw.body, b"a body");
}

#[test]
fn a_partial_success() {
    let receiver = failing(Fault::PartialSuccess {
        rejected: 1,
        message: "too old".into(),
    });
    let grpc = export_over_grpc(&receiver, &["a", "b", "c"]).expect("accepted");
    let raw = export_over_http(&receiver, &["a", "b", "c"]);
    assert_eq!(raw.status(), "200");
    let http = ExportTraceServiceResponse::decode(&*raw.body).expect("a response");
    for answer in [grpc, http] {
        let partial = answer.partial_success.expect("a partial success");
        assert_eq!(
            (partial.rejected_spans, &*partial.error_message),
            (1, "too old")
        );
    }
    assert_eq!(names(&receiver.spans()), ["a", "b", "a", "b"]);
}

#[test]
fn a_delay_accepts_at_once_and_answers_later() {
    let delay = Duration::from_millis(50);
    let receiver = failing(Fault::Delay(delay));
    let start = Instant::now();
    export_over_grpc(&receiver, &["a"]).expect("accepted");
    assert!(start.elapsed() >= delay);
    assert_eq!(export_over_http(&receiver, &["b"]).status(), "200");
    assert!(start.elapsed() >= 2 * delay);

    receiver.respond_with(Fault::Delay(LONG * 100));
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let endpoint = receiver.grpc_endpoint();
        let export = tokio::spawn(async move { send_grpc(endpoint, &["c"]).await });
        let spans = receiver
            .wait_for_async(LONG, |spans| spans.len() == 3)
            .await;
        assert_eq!(names(&spans.expect("three spans")), ["a", "b", "c"]);
        assert!(!export.is_finished());
    });
}

#[test]
fn a_hang_never_answers_and_the_receiver_still_stops() {
    let receiver = failing(Fault::Hang);
    let endpoint = receiver.grpc_endpoint();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let export = runtime.spawn(async move { send_grpc(endpoint, &["a"]).await });
    let mut stream = TcpStream::connect(("127.0.0.1", receiver.http_port())).expect("connected");
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    let body = export_of(&["b"]).encode_to_vec();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\
         content-type: application/x-protobuf\r\n\r\n",
        body.len()
    );
    stream
        .write_all(&[head.as_bytes(), &body].concat())
        .expect("taken");

    let requests = runtime.block_on(receiver.wait_for_requests_async(LONG, 2));
    assert!(
        requests
            .expect("two requests")
            .iter()
            .all(|request| request.answer == Fault::Hang)
    );
    assert!(!export.is_finished());
    assert_eq!(receiver.spans(), []);
    drop(receiver);
    assert!(
        !matches!(stream.read(&mut [0]), Ok(1..)),
        "it ends without an answer"
    );
    runtime
        .block_on(export)
        .expect("joined")
        .expect_err("the connection ended");
}

#[test]
fn a_closed_connection() {
    let (status, raw) = refused(Fault::CloseConnection);
    assert!(
        matches!(status.code(), Code::Unknown | Code::Unavailable),
        "{status:?}"
    );
    assert_eq!((raw.head.as_str(), raw.body.len()), ("", 0));
}

#[test]
fn faults_for_some_requests_come_in_order_and_end() {
    let receiver = OtlpReceiver::start().expect("started");
    receiver.respond_times(2, Fault::Unavailable);
    receiver.respond_times(0, Fault::Hang);
    receiver.respond_times(1, Fault::Status(Code::Internal));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let raw = export_over_http(&receiver, &["a"]);
        statuses.push(raw.status().to_owned());
    }
    assert_eq!(statuses, ["503", "503", "500", "200"]);
    assert_eq!(receiver.spans().len(), 1);
}
