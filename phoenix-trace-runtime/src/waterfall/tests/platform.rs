//! A realistic trace: five services, 25 spans, one failure that shows upstream.

use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};

use super::*;

/// Builds a span from what differs; times in microseconds.
pub(super) fn span(
    (id, parent): (u64, u64),
    service: &str,
    kind: SpanKind,
    name: &str,
    (start, end): (u64, u64),
    attributes: Vec<(&str, AttributeValue)>,
) -> Span {
    const EPOCH: u64 = 1_760_000_000_000_000_000;
    Span {
        trace_id: TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736),
        span_id: SpanId::from(id),
        parent_span_id: (parent != 0).then(|| SpanId::from(parent)),
        name: name.into(),
        service: service.into(),
        kind,
        start_unix_nanos: EPOCH + start * 1_000,
        end_unix_nanos: EPOCH + end * 1_000,
        status: Status::Unset,
        attributes: attributes
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
        events: vec![],
        sampled: true,
    }
}

/// One user request through the platform.
pub(super) fn request() -> Vec<Span> {
    use SpanKind::{Client, Internal, Server};
    const GATEWAY: &str = "api-gateway";
    const ORCHESTRATOR: &str = "orchestrator-service";
    const ROUTER: &str = "data-router";
    const LLM: &str = "llm-service";
    const INVENTORY: &str = "inventory";
    const HTTP: &str = "http.response.status_code";
    const RPC: &str = "rpc.response.status_code";
    let ok = || vec![(RPC, "OK".into())];
    let sql = |summary: &'static str, rows: i64| {
        vec![
            ("db.query.summary", summary.into()),
            ("db.response.returned_rows", rows.into()),
            ("server.port", 5432.into()),
        ]
    };
    let mut spans = vec![
        span(
            (1, 0),
            GATEWAY,
            Server,
            "POST /v1/tasks",
            (0, 842_300),
            vec![
                ("http.request.method", "POST".into()),
                ("http.route", "/v1/tasks".into()),
                (
                    "phoenix.sampling.reason",
                    AttributeValue::Array(vec!["error".into()]),
                ),
                ("phoenix.correlation.id", "req-7f3a".into()),
                (HTTP, 503.into()),
                ("error.type", "503".into()),
            ],
        ),
        span(
            (2, 1),
            GATEWAY,
            Internal,
            "authenticate",
            (310, 4_900),
            vec![],
        ),
        span(
            (3, 2),
            GATEWAY,
            Client,
            "SELECT sessions",
            (700, 4_100),
            sql("SELECT sessions", 1),
        ),
        span(
            (4, 1),
            GATEWAY,
            Internal,
            "check quota",
            (4_950, 5_010),
            vec![],
        ),
        span(
            (5, 1),
            GATEWAY,
            Client,
            "phoenix.Orchestrator/Schedule",
            (5_300, 841_000),
            vec![
                (RPC, "UNAVAILABLE".into()),
                ("error.type", "UNAVAILABLE".into()),
            ],
        ),
        span(
            (6, 5),
            ORCHESTRATOR,
            Server,
            "phoenix.Orchestrator/Schedule",
            (6_900, 839_200),
            vec![
                ("code.function.name", "orchestrator::schedule".into()),
                (RPC, "UNAVAILABLE".into()),
                ("error.type", "UNAVAILABLE".into()),
            ],
        ),
        span(
            (7, 6),
            ORCHESTRATOR,
            Internal,
            "plan task",
            (7_200, 533_000),
            vec![("phoenix.task.id", "t-20417".into())],
        ),
        span(
            (8, 7),
            ORCHESTRATOR,
            Client,
            "phoenix.Llm/Complete",
            (8_000, 529_500),
            ok(),
        ),
        span(
            (9, 8),
            LLM,
            Server,
            "phoenix.Llm/Complete",
            (9_700, 528_000),
            ok(),
        ),
        span(
            (10, 9),
            LLM,
            Internal,
            "render prompt",
            (9_900, 14_200),
            vec![],
        ),
        span(
            (11, 9),
            LLM,
            Client,
            "chat claude-sonnet",
            (14_400, 527_100),
            vec![
                ("gen_ai.operation.name", "chat".into()),
                ("gen_ai.request.model", "claude-sonnet".into()),
                ("gen_ai.usage.input_tokens", 1_412.into()),
                ("gen_ai.usage.output_tokens", 268.into()),
            ],
        ),
        span(
            (12, 7),
            ORCHESTRATOR,
            Internal,
            "parse plan",
            (529_700, 532_400),
            vec![],
        ),
        span(
            (13, 6),
            ORCHESTRATOR,
            Internal,
            "gather inputs",
            (533_200, 641_000),
            vec![],
        ),
        span(
            (14, 13),
            ORCHESTRATOR,
            Client,
            "phoenix.Router/Fetch",
            (533_600, 602_000),
            ok(),
        ),
        span(
            (15, 14),
            ROUTER,
            Server,
            "phoenix.Router/Fetch",
            (534_800, 601_100),
            ok(),
        ),
        span(
            (16, 15),
            ROUTER,
            Internal,
            "cache lookup",
            (535_000, 535_004),
            vec![],
        ),
        span(
            (17, 15),
            ROUTER,
            Client,
            "SELECT documents",
            (535_400, 583_000),
            sql("SELECT documents", 42),
        ),
        span(
            (18, 15),
            ROUTER,
            Client,
            "SELECT embeddings",
            (535_600, 599_800),
            sql("SELECT embeddings", 1_280),
        ),
        span(
            (19, 13),
            ORCHESTRATOR,
            Client,
            "GET /v2/profiles/{id}",
            (533_900, 640_200),
            vec![("http.request.method", "GET".into()), (HTTP, 200.into())],
        ),
        span(
            (20, 6),
            ORCHESTRATOR,
            Internal,
            "reserve capacity",
            (641_200, 838_700),
            vec![
                ("phoenix.task.id", "t-20417".into()),
                ("error.type", "orchestrator::ReserveError".into()),
            ],
        ),
        span(
            (21, 20),
            ORCHESTRATOR,
            Client,
            "phoenix.Inventory/Reserve",
            (641_500, 838_100),
            vec![
                (RPC, "UNAVAILABLE".into()),
                ("error.type", "UNAVAILABLE".into()),
            ],
        ),
        span(
            (22, 21),
            INVENTORY,
            Server,
            "phoenix.Inventory/Reserve",
            (643_000, 836_900),
            vec![
                (RPC, "UNAVAILABLE".into()),
                ("error.type", "UNAVAILABLE".into()),
            ],
        ),
        span(
            (23, 22),
            INVENTORY,
            Client,
            "UPDATE slots",
            (643_400, 743_600),
            vec![
                ("db.query.summary", "UPDATE slots".into()),
                ("error.type", "timeout".into()),
            ],
        ),
        span(
            (24, 22),
            INVENTORY,
            Internal,
            "back off",
            (743_700, 793_900),
            vec![],
        ),
        span(
            (25, 22),
            INVENTORY,
            Client,
            "UPDATE slots",
            (794_000, 836_600),
            vec![
                ("db.query.summary", "UPDATE slots".into()),
                ("db.response.status_code", "57P01".into()),
                ("error.type", "57P01".into()),
            ],
        ),
    ];
    for (id, description) in [
        (1, ""),
        (
            5,
            "no slot could be reserved: the inventory's database is shutting down",
        ),
        (
            6,
            "no slot could be reserved: the inventory's database is shutting down",
        ),
        (
            20,
            "no slot could be reserved: the inventory's database is shutting down",
        ),
        (21, "the inventory's database is shutting down"),
        (22, "the inventory's database is shutting down"),
        (23, "statement timed out after 100 ms"),
        (25, "terminating connection due to administrator command"),
    ] {
        spans[id - 1].status = Status::error(description);
    }
    spans
}
