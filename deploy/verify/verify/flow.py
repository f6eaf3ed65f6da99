"""The example platform through the whole stack: what arrives is what was recorded, and every number is the client's."""

import gzip
import re
import time

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from . import dashboards
from .otlp import Receiver
from .platform import ROUTE, Load, Platform
from .programs import Answers, Collector, Jaeger, Prometheus, complaints, free_port, get_json, wait_for
from .report import program, wanting

TITLE = "The example platform through the whole stack"
REQUESTS = 400


class Logs(Answers):
    """Stands in for Loki: takes OTLP over HTTP, and keeps the records."""

    def __init__(self):
        self.records = []
        super().__init__()
        self.url += "/otlp"

    def take(self, path, headers, body):
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
            of = {each.key: each.value.string_value for each in resource.resource.attributes}
            self.records.extend((of, record) for scope in resource.scope_logs for record in scope.log_records)


class Stack:
    """Collector, Jaeger, Prometheus; a receiver in front of the collector and one before each store see what passes."""

    def __init__(self, folder, files=("sample.yaml",), **settings):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        self.jaeger = Jaeger(folder, url) if program("jaeger") else None
        self.standard = Receiver(f"127.0.0.1:{self.jaeger.standard}" if self.jaeger else None)
        self.errors = Receiver(f"127.0.0.1:{self.jaeger.errors}" if self.jaeger else None)
        self.logs = Logs()
        self.collector = Collector(
            "collector",
            files,
            folder,
            PROMETHEUS_WRITE_URL=f"{url}/api/v1/write",
            LOKI_OTLP_URL=self.logs.url,
            JAEGER_STANDARD=self.standard.endpoint,
            JAEGER_ERRORS=self.errors.endpoint,
            DECISION_WAIT="2s",
            SPAN_METRICS_INTERVAL="2s",
            **settings,
        )
        self.front = Receiver(f"127.0.0.1:{self.collector.grpc}")
        targets = {"prometheus": [], "collector": [f"127.0.0.1:{self.collector.metrics}"]}
        if self.jaeger:
            targets["jaeger"] = [f"127.0.0.1:{self.jaeger.metrics}"]
        self.prometheus = Prometheus(folder, port, targets)

    def stop(self):
        for each in (self.front, self.collector, self.standard, self.errors, self.jaeger, self.prometheus):
            if each:
                each.stop()


def run(report, request_flow, folder):
    stack = Stack(folder)
    everything(report, request_flow, folder, stack)
    production(report, request_flow, folder, stack)
    report.no_errors("no program complained: no deprecation, no unknown key, nothing refused", complaints([stack.collector, stack.jaeger, stack.prometheus]))
    stack.stop()


def everything(report, request_flow, folder, stack):
    """All is kept, so that all can be compared."""
    platform = Platform(request_flow, folder / "development", f"http://{stack.front.endpoint}")
    load = Load(platform.gateway, REQUESTS, threads=4, pause=0.02).wait()
    stack.front.settled(quiet=1)
    stack.standard.settled(quiet=4)
    report.note(f"{load.sent} requests in {load.took:.1f} s, {load.failed} failed, {stack.front.count()} spans")

    recorded, stored, errors = stack.front.traces(), stack.standard.traces(), stack.errors.traces()
    report.check("trace trees come out of the collector as the services recorded them", recorded == stored, difference(recorded, stored))
    whole = [trace for trace in recorded.values() if connected(trace)]
    report.check("each request is one connected trace", len(whole) == len(recorded) == load.sent, f"{len(whole)} of {load.sent}")
    failed = {identity: trace for identity, trace in recorded.items() if any(span.failed for span in trace.values())}
    report.check("traces with an error are in the store of 30 days, whole, and no others", failed == errors, f"{len(errors)} traces")

    if stack.jaeger:
        with_jaeger(report, stack, recorded, failed)
    else:
        report.skip("both stores are found by Jaeger's API; performance monitoring", wanting("jaeger"))

    in_prometheus(report, stack.prometheus, load, 'deployment_environment_name="development"')
    calls = stack.prometheus.value('sum(last_over_time(traces_span_metrics_calls_total{deployment_environment_name="development"}[10m]))')
    report.check("span metrics count every span", calls == stack.front.count(), f"{calls:.0f} of {stack.front.count()}")
    exemplars = stack.prometheus.exemplars("http_server_request_duration_seconds_bucket")
    found = {exemplar["labels"].get("trace_id") for exemplar in exemplars}
    report.check("exemplars of the services' metrics lead to traces", found and found <= set(recorded), f"{len(found)} traces")
    logs(report, stack.logs, recorded)

    time.sleep(3)  # A rate wants a second sample after the last change; rules are evaluated each second.
    Load(platform.gateway, 40, threads=2, pause=0.05).wait()
    time.sleep(3)
    if stack.jaeger:
        tags = stack.jaeger.tags(next(iter(recorded)), "orchestrator-service")
        report.no_errors("a span's link to metrics has data, from the tags that Jaeger answers", dashboards.metrics_of_spans(stack.prometheus, tags))
    wrong, count = dashboards.complaints(stack.prometheus)
    report.no_errors("every query of every dashboard has data, with its labels, in its unit", wrong, f"{count} queries")
    alerts = [alert["labels"]["alertname"] for alert in get_json(f"{stack.prometheus.url}/api/v1/alerts")["data"]["alerts"] if alert["state"] == "firing"]
    report.check("no alert fires that should not", not set(alerts) - {"ErrorRatio"}, ", ".join(alerts))

    accounts = platform.stop()
    balances(report, accounts)


def difference(recorded, stored):
    if recorded == stored:
        return f"{len(recorded)} traces"
    missing = sum(span not in stored.get(trace, {}) for trace, spans in recorded.items() for span in spans)
    more = sum(span not in recorded.get(trace, {}) for trace, spans in stored.items() for span in spans)
    other = [(ours, stored[trace][span]) for trace, spans in recorded.items() for span, ours in spans.items() if stored.get(trace, {}).get(span, ours) != ours]
    return f"{missing} spans are missing, {more} too many, {len(other)} differ {other[:1]}"


def connected(trace):
    roots = [span for span in trace.values() if span.parent_id not in trace]
    return len(roots) == 1


def balances(report, accounts):
    parts = ("discarded", "dropped", "acknowledged", "rejected", "failed", "in_doubt")
    wrong = [f"{name}: {account}" for name, account in accounts.items() if not account or account["ended"] != sum(account[part] for part in parts)]
    total = sum(account["ended"] for account in accounts.values() if account)
    report.no_errors("the account of every service balances", wrong, f"{total} spans in {len(accounts)} services")


def with_jaeger(report, stack, recorded, failed):
    jaeger = stack.jaeger
    report.check("Jaeger's API finds every trace in the store of 7 days, with all its spans", jaeger.finds(jaeger.query, recorded), f"{len(recorded)} traces")
    report.check("and those with errors in the store of 30 days", jaeger.finds(jaeger.errors_query, failed), f"{len(failed)} traces")
    one, other = next(iter(failed)), next(iter(set(recorded) - set(failed)))
    by_id = jaeger.trace(jaeger.query, one) == set(recorded[one]) and jaeger.trace(jaeger.errors_query, other) == set(recorded[other])
    report.check("either finds by its id what only the other has", by_id)
    base = f"http://127.0.0.1:{jaeger.query}"
    now = int(time.time() * 1000)
    asked = f"service=orchestrator-service&spanKind=server&endTs={now}&lookback=600000&step=5000&ratePer=600000&groupByOperation=true"
    calls = get_json(f"{base}/api/metrics/calls?{asked}").get("metrics") or []
    latencies = get_json(f"{base}/api/metrics/latencies?{asked}&quantile=0.95").get("metrics") or []
    report.check("service performance monitoring has calls and latencies from Prometheus", calls and latencies, f"{len(calls)} and {len(latencies)} operations")
    edges = get_json(f"{base}/api/dependencies?endTs={now + 60000}&lookback=3600000")["data"]
    found = {(edge["parent"], edge["child"]) for edge in edges}
    expected = {("api-gateway", "orchestrator-service"), ("orchestrator-service", "data-router"), ("orchestrator-service", "llm-service"), ("data-router", "document-service")}
    report.check("the dependency graph is the platform's", expected <= found, f"{len(found)} edges")


def in_prometheus(report, prometheus, load, where):
    counted = f'sum(last_over_time(http_server_request_duration_seconds_count{{job="api-gateway", http_route="{ROUTE}", {where}}}[10m]))'
    failed = f'sum(last_over_time(http_server_request_duration_seconds_count{{job="api-gateway", http_route="{ROUTE}", error_type!="", {where}}}[10m]))'
    try:
        wait_for("the last metrics", lambda: prometheus.value(counted) >= load.sent, within=15)
    except TimeoutError:
        pass
    report.check("Prometheus counts the requests that the client sent", prometheus.value(counted) == load.sent, f"{prometheus.value(counted):.0f} of {load.sent}")
    report.check("and those that failed", prometheus.value(failed) == load.failed, f"{prometheus.value(failed):.0f} of {load.failed}, {load.failed / load.sent:.1%}")


def logs(report, sink, recorded):
    of_traces = [(of, record) for of, record in sink.records if record.trace_id.hex() in recorded]
    spans = all(record.span_id.hex() in recorded[record.trace_id.hex()] for _, record in of_traces if record.span_id)
    correlated = sum(any(each.key == "phoenix.correlation.id" for each in record.attributes) for _, record in of_traces)
    report.check("log records arrive with the ids of their trace and span, and the correlation id", of_traces and spans and correlated == len(of_traces), f"{len(of_traces)} of {len(sink.records)} records (a receiver of ours stands in for Loki)")
    # Loki has the ids of a record, and its attributes with `_` for other signs, as labels that links lead on from.
    labels = {"trace_id", "span_id"} | {re.sub(r"\W", "_", each.key) for _, record in of_traces for each in record.attributes}
    report.no_errors("what Grafana's links lead on from is in the records", dashboards.links_of_logs(labels))


def production(report, request_flow, folder, stack):
    """The platform's rates: every request is counted, every error kept, of the rest the share that was asked for."""
    stack.standard.settled(quiet=4)  # With what the collector still had to decide.
    before = set(stack.standard.traces())
    platform = Platform(request_flow, folder / "production", f"http://{stack.front.endpoint}", environment="production")
    load = Load(platform.gateway, REQUESTS, threads=4, pause=0.01).wait()
    stack.front.settled(quiet=1)
    stack.standard.settled(quiet=4)
    where = 'deployment_environment_name="production"'
    in_prometheus(report, stack.prometheus, load, where)
    new = {identity: trace for identity, trace in stack.standard.traces().items() if identity not in before}
    of_errors = [trace for trace in new.values() if any(span.failed and span.service == "api-gateway" for span in trace.values())]
    report.check("every request that failed has its trace, as the gateway saw it", len(of_errors) == load.failed, f"{len(of_errors)} of {load.failed}")
    for service, rate in (("api-gateway", 0.1), ("llm-service", 0.5), ("data-router", 1.0)):
        segments = f'sum(last_over_time(phoenix_sdk_segment_decided_total{{job="{service}", {where}%s}}[10m]))'
        decided, kept = stack.prometheus.value(segments % ""), stack.prometheus.value(segments % ', phoenix_segment_decision="head"')
        # Five standard deviations of a binomial count.
        near = abs(kept - rate * decided) <= 5 * (decided * rate * (1 - rate)) ** 0.5 + 1e-9
        report.check(f"{service} keeps the share that the platform asks of it", decided and near, f"{kept:.0f} of {decided:.0f} segments by head decision, {rate:.0%} asked for")
    balances(report, platform.stop())
