"""Secrets do not arrive, and a storm of new label values stops at its bound, in each of three places."""

import http.client
import signal
import time
import urllib.error

import yaml
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from .flow import Stack
from .otlp import put, request_with, send
from .platform import Platform
from .programs import DEPLOY, Answers, Collector, Prometheus, free_port, wait_for

TITLE = "Secrets and storms"
SECRETS = {
    "http.request.header.authorization": "Bearer abcdefghijklmnop",
    "http.response.header.set-cookie": ["session=9f8e7d6c", "theme=dark"],
    "db.password": "hunter2-hunter2",
    "app.api_key": "k-0123456789",
    "note": "sent with Bearer zyxwvutsrqponm",
    "args": ["--key", "sk-live0123456789abcdef"],
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
    "cloud": "AKIAIOSFODNN7EXAMPLE",
    "card": "4111111111111111",
    "store": "postgres://app:pgpass77@db:5432/app",
    "asked": "/login?user=1&client_secret=qwertz4711&next=/",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIEvQIBADANBgkqhkiG\n-----END RSA PRIVATE KEY-----",
    "http.request.header.x-vault-token": "hvs-5566",
    "app.passphrase": "open sesame",
    "spaced": "4000 1234 5678 9017",
    "hub": "ghr_0123456789abcdefghij",
    "maps": "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "inner": '{"sent": "{\\"password\\": \\"hunter3\\"}"}',
    "quoted": "password = 'correct horse'",
    "settings": "Server=db;Uid=app;Pwd=pgpass78;",
    "shell": "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI",
    "signed": "https://bucket/key?X-Amz-Signature=deadbeef42",
}
NOT_SECRET = {"gen_ai.usage.input_tokens": "17", "http.route": "/v1/ask", "phoenix.correlation.id": "flow-1", "url.full": "https://shop:8443/a?token_type=x", "step": "Basic understanding of spans", "article": "4006381333931", "id": "41111111-1111-1111-9111-111111111111"}
TEXT = "called with Bearer zyxwvutsrqponm"
# What of them must not be found anywhere.
PARTS = ("abcdefghijklmnop", "9f8e7d6c", "hunter2", "k-0123456789", "zyxwvutsrqponm", "live0123", "eyJzdWIi", "AKIAIOSFODNN7EXAMPLE", "4111111111111111", "pgpass77", "qwertz4711", "MIIEvQ", "hvs-5566", "sesame", "5678 9017", "ghr_0123", "AIzaSyA", "hunter3", "horse", "pgpass78", "wJalrXU", "deadbeef42")


def run(report, request_flow, folder):
    stack = Stack(folder, SPAN_METRICS_CARDINALITY=500, ENVIRONMENT="production")
    url = f"http://127.0.0.1:{stack.collector.http}"
    secrets(report, stack, url)
    span_metrics(report, stack, url)
    toolkit(report, request_flow, folder, stack)
    stack.stop()
    memory_and_disk(report, folder / "collectors")
    store(report, folder / "store")


def secrets(report, stack, url):
    span = {"name": TEXT, "failed": TEXT, "attributes": {**SECRETS, **NOT_SECRET}, "events": {TEXT: SECRETS}}
    send(url, request_with("leaky", [span], **{"service.password": "hunter2-resource"}))
    logs = ExportLogsServiceRequest()
    holder = logs.resource_logs.add()
    put(holder.resource.attributes, {"service.name": "leaky"})
    record = holder.scope_logs.add().log_records.add()
    record.body.string_value = TEXT
    put(record.attributes, SECRETS)
    send(url, logs, "logs")
    metrics = ExportMetricsServiceRequest()
    holder = metrics.resource_metrics.add()
    put(holder.resource.attributes, {"service.name": "leaky"})
    point = holder.scope_metrics.add().metrics.add(name="leaks").gauge.data_points.add(time_unix_nano=time.time_ns(), as_int=1)
    put(point.attributes, SECRETS)
    send(url, metrics, "metrics")

    span = next(iter(wait_for("the leaky span", lambda: [span for span in stack.standard.all().values() if span.service == "leaky"])))
    report.no_errors("secrets do not arrive in spans: attributes and lists, events, names, messages", found_in(span), f"{len(SECRETS)} of them, and a text")
    report.check("what is no secret arrives", set(NOT_SECRET.items()) <= set(span.attributes))
    of, record = wait_for("the leaky log record", lambda: [each for each in stack.logs.records if each[0].get("service.name") == "leaky"])[0]
    report.no_errors("nor in log records", found_in(record))
    counted = 'traces_span_metrics_calls_total{service_name="leaky", deployment_environment_name="production"}'
    wait_for("the leaky span is counted", lambda: stack.prometheus.query(counted))
    leaks = wait_for("the leaky metric", lambda: stack.prometheus.query('leaks{job="leaky"}'))
    report.no_errors("nor in labels, of metrics and of span metrics", found_in((leaks, stack.prometheus.query(counted))), f"{len(leaks[0][0])} labels")
    send(url, request_with("older", [{}], **{"deployment.environment": "staging"}))
    older = next(iter(wait_for("the older span", lambda: [span for span in stack.standard.all().values() if span.service == "older"])))
    report.check("telemetry that says it by the older name keeps its own", older.environment == "staging", older.environment)
    environments = [span.environment, of.get("deployment.environment.name"), leaks[0][0].get("deployment_environment_name"), "production"]
    report.check("telemetry that does not say its environment has the collector's: span, log record, metric, span metrics", set(environments) == {"production"}, ", ".join(map(str, environments)))


def found_in(telemetry):
    return [part for part in PARTS if part in str(telemetry)]


def span_metrics(report, stack, url):
    names = 2000
    for start in range(0, names, 500):
        send(url, request_with("stormy", [{"name": f"GET /users/{number}"} for number in range(start, start + 500)]))
    total = 'sum(traces_span_metrics_calls_total{job="stormy"})'
    wait_for("all spans are counted", lambda: stack.prometheus.value(total) >= names)
    series = stack.prometheus.value('count(traces_span_metrics_calls_total{job="stormy"})')
    overflow = stack.prometheus.value('sum(traces_span_metrics_calls_total{job="stormy", otel_metric_overflow="true"})')
    report.check("collector: a storm of span names stops at its bound, and all are counted", series <= 501 and overflow == names - (series - 1), f"{names} names, {series:.0f} series, {overflow:.0f} in the overflow series")
    report.check("and the alert's query names the service", "stormy" in jobs_at_bound(stack.prometheus))


def jobs_at_bound(prometheus):
    """Whom the alert of the bounds would name."""
    groups = yaml.safe_load((DEPLOY / "prometheus/rules/alerts.yaml").read_text())["groups"]
    rule = next(rule for group in groups for rule in group["rules"] if rule.get("alert") == "CardinalityBound")
    return {labels.get("job") for labels, _ in prometheus.query(rule["expr"])}


def toolkit(report, request_flow, folder, stack):
    platform = Platform(request_flow, folder / "platform", f"http://{stack.front.endpoint}")
    connection = http.client.HTTPConnection(platform.gateway, timeout=10)
    for number in range(300):
        connection.request(f"METHOD{number}", f"/users/{number}?q={number}")
        connection.getresponse().read()
    counted = 'sum(last_over_time(http_server_request_duration_seconds_count{job="api-gateway"}[5m]))'
    try:
        wait_for("all requests are counted", lambda: stack.prometheus.value(counted) >= 300, within=15)
    except TimeoutError:
        pass
    series = stack.prometheus.value('count(http_server_request_duration_seconds_count{job="api-gateway"})')
    report.check("toolkit: paths and methods that nobody knows make no series", 0 < series <= 3 and stack.prometheus.value(counted) >= 300, f"300 of each, {series:.0f} series, {stack.prometheus.value(counted):.0f} requests counted")
    platform.stop()


def memory_and_disk(report, folder):
    """A collector with hardly any memory, and one with hardly any queue before a store that is away; counted where the alerts look."""
    spans = [{"name": f"step {number}", "attributes": NOT_SECRET} for number in range(500)]
    collector = Collector("little-memory", ["sample.yaml"], folder, MEMORY_LIMIT_MIB=16, MEMORY_SPIKE_MIB=4)

    def refused():
        try:
            send(f"http://127.0.0.1:{collector.http}", request_with("eager", spans))
        except urllib.error.HTTPError as error:
            return error.code

    answer = wait_for("the collector is over its bound", refused)
    count = collector.metric("otelcol_receiver_refused_spans")
    report.check("collector: over its bound of memory it refuses, so that senders try again, and counts that", answer == 503 and count >= 500, f"answered {answer}, {count:.0f} spans")
    collector.stop(signal.SIGKILL)
    collector = Collector("little-disk", ["sample.yaml"], folder, TRACE_QUEUE_BYTES=300_000, DECISION_WAIT="1s")
    for _ in range(10):
        send(f"http://127.0.0.1:{collector.http}", request_with("eager", spans))
    count = wait_for("the queue is full", lambda: collector.metric("otelcol_exporter_enqueue_failed_spans"))
    report.check("collector: what its queue on disk cannot hold is counted", count > 0, f"{count:.0f} of 5000 spans by then")
    collector.stop(signal.SIGKILL)


class Storm(Answers):
    """A target with one sample more than the limit."""

    TYPE = "text/plain; version=0.0.4"

    def give(self, path):
        return "".join(f'storm{{path="/{number}"}} 1\n' for number in range(20001)).encode()


def store(report, folder):
    """The storm is scraped as the job of Loki."""
    storm = Storm()
    prometheus = Prometheus(folder, free_port(), {"prometheus": [], "loki": [storm.address]})
    wait_for("the target is refused", lambda: prometheus.value("prometheus_target_scrapes_exceeded_sample_limit_total") >= 1)
    series = prometheus.value("count(storm)")
    report.check("store: a target with more samples than its limit is refused, and counted", series == 0 and prometheus.value('up{job="loki"}') == 0, f"20001 samples, {series:.0f} taken")
    report.check("and the alert's query names it", jobs_at_bound(prometheus) == {"loki"})
    prometheus.stop()
    storm.stop()
