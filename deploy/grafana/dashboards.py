#!/usr/bin/env python3
"""The dashboards as code: writes provisioning/dashboards/*.json, or says with --check which of them is not what it would write.

Everything is asked of the services' own metrics, in which each request is counted whatever share of the traces is kept.
"""

import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent / "provisioning" / "dashboards"
PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
# Seconds, share of one, requests a second, a number.
SECONDS, SHARE, PER_SECOND, NUMBER, BYTES = "s", "percentunit", "reqps", "short", "bytes"
SPANS_PER_SECOND = "cps"

# The services whose latency is on the first dashboard.
CRITICAL = ("api-gateway", "orchestrator-service", "data-router", "llm-service")
ENVIRONMENT = 'deployment_environment_name=~"$environment"'


def durations(function, matchers, window):
    """The buckets of a service's requests, of both protocols; without names their series would be the same but for a label."""
    parts = [
        f'label_replace({function}({metric}_duration_seconds_bucket{{{matchers}}}[{window}]), "protocol", "{protocol}", "", "")'
        for protocol, metric in (("http", "http_server_request"), ("rpc", "rpc_server_call"))
    ]
    return f"sum by (le) ({' or '.join(parts)})"


def by_signal(metric, labels):
    """A counter of a collector's that has a name for each signal."""
    parts = [f'label_replace(rate({metric.replace("SIGNAL", signal)}[5m]), "signal", "{signal}", "", "")' for signal in ("spans", "metric_points", "log_records")]
    return f"sum by ({labels}, signal) ({' or '.join(parts)})"


def target(expr, legend="", *, ref="A", instant=False, form="time_series", exemplars=False):
    return {
        "datasource": PROMETHEUS,
        "refId": ref,
        "expr": expr,
        "legendFormat": legend,
        "instant": instant,
        "range": not instant,
        "format": form,
        "exemplar": exemplars,
    }


def panel(kind, title, unit, targets, *, description="", width=12, height=8, options=None, transformations=None, custom=None, **defaults):
    made = {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": PROMETHEUS,
        "gridPos": {"w": width, "h": height},
        "fieldConfig": {"defaults": {"unit": unit, "custom": custom or {}, **defaults}, "overrides": []},
        "options": options or {},
        "targets": targets,
    }
    if transformations:
        made["transformations"] = transformations
    return made


def lines(title, unit, *targets, **more):
    lettered = [{**each, "refId": letter} for each, letter in zip(targets, "ABCDEF")]
    more.setdefault("options", {"legend": {"displayMode": "table", "placement": "bottom", "calcs": ["mean", "max"]}, "tooltip": {"mode": "multi", "sort": "desc"}})
    more.setdefault("min", 0)
    return panel("timeseries", title, unit, lettered, **more)


def stacked(title, unit, *targets, **more):
    return lines(title, unit, *targets, custom={"stacking": {"mode": "normal"}, "fillOpacity": 40}, **more)


def heat_map(title, expr, **more):
    """Of a classic histogram: a row for each bucket, and the exemplars, which lead to traces."""
    options = {
        "calculate": False,
        "yAxis": {"unit": SECONDS, "axisPlacement": "left"},
        "rowsFrame": {"layout": "auto"},
        "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
        "cellGap": 1,
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "tooltip": {"mode": "single", "yHistogram": True},
    }
    return panel("heatmap", title, NUMBER, [target(expr, "{{le}}", form="heatmap", exemplars=True)], options=options, **more)


def stat(title, unit, expr, **more):
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "graphMode": "area"}
    return panel("stat", title, unit, [target(expr)], width=more.pop("width", 4), height=4, options=options, **more)


def table(title, unit, expr, keep, **more):
    """`keep`: the labels that are columns, in order, with their headings."""
    transformations = [
        {"id": "labelsToFields", "options": {"mode": "columns"}},
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True, "__name__": True}, "renameByName": keep}},
    ]
    return panel("table", title, unit, [target(expr, instant=True, form="table")], transformations=transformations, options={"sortBy": [{"displayName": "Value", "desc": True}]}, **more)


def row(title):
    return {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": {"w": 24, "h": 1}}


def variable(name, label, query, *, multi=True):
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": PROMETHEUS,
        "query": {"query": query, "refId": "variable"},
        "refresh": 2,
        "sort": 1,
        "multi": multi,
        "includeAll": multi,
        "allValue": ".*" if multi else None,
        "current": {"text": "All", "value": "$__all"} if multi else {},
    }


def placed(panels):
    """Left to right, then down, as wide as each is."""
    x = y = tallest = 0
    for number, each in enumerate(panels, 1):
        size = each["gridPos"]
        if x + size["w"] > 24:
            x, y, tallest = 0, y + tallest, 0
        each["id"] = number
        each["gridPos"] = {"x": x, "y": y, **size}
        x, tallest = x + size["w"], max(tallest, size["h"])
    return panels


def dashboard(uid, title, description, variables, panels):
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["phoenix-trace"],
        "schemaVersion": 39,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": variables},
        "annotations": {"list": []},
        "links": [{"title": "Phoenix", "type": "dashboards", "tags": ["phoenix-trace"], "asDropdown": True, "keepTime": True, "includeVars": True}],
        "panels": placed(panels),
    }


ENVIRONMENTS = variable("environment", "Environment", "label_values(service:requests:rate5m, deployment_environment_name)")


def overview():
    critical = [
        heat_map(
            f"Latency: {service}",
            durations("increase", f'job=~"(.*/)?{service}", {ENVIRONMENT}', "$__rate_interval"),
            description="Every request, by how long it took. A dot is the trace of one that was kept.",
        )
        for service in CRITICAL
    ]
    return dashboard(
        "phoenix-overview",
        "Services",
        "All services at a glance, and the latency of the critical ones.",
        [ENVIRONMENTS],
        [
            stat("Requests", PER_SECOND, f"sum(service:requests:rate5m{{{ENVIRONMENT}}})"),
            stat("Share of errors", SHARE, f"sum(service_route:errors:rate5m{{{ENVIRONMENT}}}) / sum(service:requests:rate5m{{{ENVIRONMENT}}})"),
            stat("Slower than 0.5 s", SHARE, f"max(service:slow_ratio:rate5m{{{ENVIRONMENT}}})", description="Of the slowest service's requests."),
            stat("Services", NUMBER, f"count(count by (job) (service:requests:rate5m{{{ENVIRONMENT}}}))"),
            lines("Requests", PER_SECOND, target(f"sum by (job) (service:requests:rate5m{{{ENVIRONMENT}}})", "{{job}}")),
            lines("Share of errors by service", SHARE, target(f"max by (job) (service:error_ratio:rate5m{{{ENVIRONMENT}}})", "{{job}}")),
            lines(
                "Share of errors by service and endpoint",
                SHARE,
                target(f"topk(15, service_route:error_ratio:rate5m{{{ENVIRONMENT}}} > 0)", "{{job}} {{route}}"),
                width=24,
            ),
            *critical,
        ],
    )


def service():
    one = f'job="$service", {ENVIRONMENT}'
    return dashboard(
        "phoenix-service",
        "One service",
        "What a service answers, whom it asks, and what becomes of its traces.",
        [ENVIRONMENTS, variable("service", "Service", "label_values(service:requests:rate5m, job)", multi=False)],
        [
            stat("Requests", PER_SECOND, f"sum(service:requests:rate5m{{{one}}})"),
            stat("Share of errors", SHARE, f"max(service:error_ratio:rate5m{{{one}}})"),
            stat("Half within", SECONDS, f"histogram_quantile(0.5, {durations('rate', one, '5m')})"),
            stat("99 % within", SECONDS, f"histogram_quantile(0.99, {durations('rate', one, '5m')})"),
            stat("Kept segments", SHARE, f'sum(service_decision:segments:rate5m{{{one}, phoenix_segment_decision!="discarded"}}) / sum(service_decision:segments:rate5m{{{one}}})'),
            stat("Lost spans", SPANS_PER_SECOND, f"sum(service:spans_lost:rate5m{{{one}}}) or vector(0)", description="By its own account."),
            heat_map("Latency", durations("increase", one, "$__rate_interval"), width=24),
            lines("Requests by endpoint", PER_SECOND, target(f"sum by (route) (service_route:requests:rate5m{{{one}}})", "{{route}}")),
            lines("Share of errors by endpoint", SHARE, target(f"max by (route) (service_route:error_ratio:rate5m{{{one}}})", "{{route}}")),
            lines("Calls to others", PER_SECOND, target(f"sum by (service_peer_name) (edge:requests:rate5m{{{one}}})", "{{service_peer_name}}")),
            lines(
                "Share of failed calls to others",
                SHARE,
                target(f"sum by (service_peer_name) (edge:errors:rate5m{{{one}}}) / sum by (service_peer_name) (edge:requests:rate5m{{{one}}})", "{{service_peer_name}}"),
            ),
            lines(
                "Operations, 95 % within",
                SECONDS,
                target(f"histogram_quantile(0.95, sum by (le, phoenix_operation_name) (rate(phoenix_operation_duration_seconds_bucket{{{one}}}[5m])))", "{{phoenix_operation_name}}"),
                description="Of annotated functions.",
            ),
            lines(
                "Queries, 95 % within",
                SECONDS,
                target(f"histogram_quantile(0.95, sum by (le, db_query_summary) (rate(db_client_operation_duration_seconds_bucket{{{one}}}[5m])))", "{{db_query_summary}}"),
            ),
        ],
    )


def graph():
    """The node graph panel takes a frame of nodes and one of edges."""
    nodes = (
        'label_replace(label_replace(label_replace('
        'sum by (service) (label_replace(service:requests:rate5m{E}, "service", "$1", "job", "(?:.*/)?(.*)")'
        ' or label_replace(edge:requests:rate5m{E} * 0, "service", "$1", "service_peer_name", "(.*)")'
        ' or label_replace(edge:requests:rate5m{E} * 0, "service", "$1", "job", "(?:.*/)?(.*)")),'
        ' "id", "$1", "service", "(.*)"), "title", "$1", "service", "(.*)"), "subtitle", "requests/s", "", "")'
    ).replace("{E}", f"{{{ENVIRONMENT}}}")
    edges = (
        'label_join(label_replace(label_replace(sum by (job, service_peer_name) (edge:requests:rate5m{E}),'
        ' "source", "$1", "job", "(?:.*/)?(.*)"), "target", "$1", "service_peer_name", "(.*)"),'
        ' "id", " → ", "source", "target")'
    ).replace("{E}", f"{{{ENVIRONMENT}}}")
    columns = lambda number: [  # noqa: E731
        {"id": "labelsToFields", "options": {"mode": "columns"}},
        {"id": "organize", "options": {"renameByName": {"Value": number}, "excludeByName": {"Time": True}}},
    ]
    return dashboard(
        "phoenix-graph",
        "Service graph",
        "Who calls whom, counted by the clients for every call: exact at any sampling rate.",
        [ENVIRONMENTS],
        [
            panel(
                "nodeGraph",
                "Calls",
                PER_SECOND,
                [
                    target(nodes, ref="nodes", instant=True, form="table"),
                    target(edges, ref="edges", instant=True, form="table"),
                ],
                width=24,
                height=16,
                options={"nodes": {"mainStatUnit": PER_SECOND}, "edges": {"mainStatUnit": PER_SECOND}},
                transformations=columns("mainstat"),
            ),
            table("Calls", PER_SECOND, f"sum by (job, service_peer_name) (edge:requests:rate5m{{{ENVIRONMENT}}})", {"job": "From", "service_peer_name": "To"}, width=8),
            table(
                "Share of failed calls",
                SHARE,
                f"sum by (job, service_peer_name) (edge:errors:rate5m{{{ENVIRONMENT}}}) / sum by (job, service_peer_name) (edge:requests:rate5m{{{ENVIRONMENT}}})",
                {"job": "From", "service_peer_name": "To"},
                width=8,
            ),
            table("Mean time of a call", SECONDS, f"max by (job, service_peer_name) (edge:latency_seconds:mean5m{{{ENVIRONMENT}}})", {"job": "From", "service_peer_name": "To"}, width=8),
        ],
    )


def traces():
    kept = f'service_decision:segments:rate5m{{{ENVIRONMENT}, phoenix_segment_decision!="discarded"}}'
    return dashboard(
        "phoenix-traces",
        "Traces: volume and what is kept",
        "What each service decides about its part of a trace (a segment), and why.",
        [ENVIRONMENTS],
        [
            stacked("Segments by decision", PER_SECOND, target(f"sum by (phoenix_segment_decision) (service_decision:segments:rate5m{{{ENVIRONMENT}}})", "{{phoenix_segment_decision}}")),
            stacked("Kept segments by service", PER_SECOND, target(f"sum by (job) ({kept})", "{{job}}")),
            lines(
                "Kept share by reason",
                SHARE,
                target(f"sum by (phoenix_segment_decision) ({kept}) / scalar(sum(service_decision:segments:rate5m{{{ENVIRONMENT}}}))", "{{phoenix_segment_decision}}"),
            ),
            lines(
                "Kept share by service",
                SHARE,
                target(f"sum by (job) ({kept}) / sum by (job) (service_decision:segments:rate5m{{{ENVIRONMENT}}})", "{{job}}"),
                description="What the sampling rates come to, errors included.",
            ),
            stacked("Spans recorded", SPANS_PER_SECOND, target(f"sum by (job) (rate(phoenix_sdk_span_ended_total{{{ENVIRONMENT}}}[5m]))", "{{job}}")),
            stacked("Spans that reached the collectors", SPANS_PER_SECOND, target('sum by (job) (rate(otelcol_receiver_accepted_spans[5m]))', "{{job}}")),
            lines(
                "Spans by service, estimated from traces",
                SPANS_PER_SECOND,
                target(f"sum by (service_name) (rate(traces_span_metrics_calls_total{{{ENVIRONMENT}}}[5m]))", "{{service_name}}"),
                description="Kept spans, each for as many as its sampling threshold says: for services whose SDK has no metrics.",
                width=24,
            ),
        ],
    )


def telemetry():
    return dashboard(
        "phoenix-telemetry",
        "The telemetry itself",
        "Whether traces, metrics and logs arrive, where they wait and where they are lost.",
        [ENVIRONMENTS],
        [
            row("By the services' account"),
            lines("Lost spans", SPANS_PER_SECOND, target(f"sum by (job, error_type) (service:spans_lost:rate5m{{{ENVIRONMENT}}}) or vector(0)", "{{job}} {{error_type}}"), width=8),
            lines("Spans that wait", NUMBER, target(f"sum by (job) (otel_sdk_processor_span_queue_size{{{ENVIRONMENT}}})", "{{job}}"), width=8),
            lines(
                "Queue, filled",
                SHARE,
                target(f"max by (job) (otel_sdk_processor_span_queue_size{{{ENVIRONMENT}}} / otel_sdk_processor_span_queue_capacity{{{ENVIRONMENT}}})", "{{job}}"),
                width=8,
            ),
            row("Collectors"),
            lines("Spans accepted", SPANS_PER_SECOND, target("sum by (job, instance) (rate(otelcol_receiver_accepted_spans[5m]))", "{{job}} {{instance}}"), width=8),
            lines(
                "Refused",
                SPANS_PER_SECOND,
                target(by_signal("otelcol_receiver_refused_SIGNAL", "job, instance"), "{{job}} {{instance}} {{signal}}"),
                description="Over the bound of memory; senders try again.",
                width=8,
            ),
            lines(
                "Sent",
                SPANS_PER_SECOND,
                target("sum by (exporter) (rate(otelcol_exporter_sent_spans[5m]))", "{{exporter}}"),
                width=8,
            ),
            lines("Queue, filled", SHARE, target("max by (job, exporter) (otelcol_exporter_queue_size / (otelcol_exporter_queue_capacity > 0))", "{{job}} {{exporter}}"), width=8),
            lines(
                "Given up",
                SPANS_PER_SECOND,
                target(f"{by_signal('otelcol_exporter_enqueue_failed_SIGNAL', 'exporter')} or vector(0)", "queue full: {{exporter}} {{signal}}"),
                target(f"{by_signal('otelcol_exporter_send_failed_SIGNAL', 'exporter')} or vector(0)", "refused by the store: {{exporter}} {{signal}}"),
                width=8,
            ),
            lines("Memory", BYTES, target("max by (job, instance) (otelcol_process_memory_rss)", "{{job}} {{instance}}"), width=8),
            lines("Cores in use", NUMBER, target("sum by (job, instance) (rate(otelcol_process_cpu_seconds[5m]))", "{{job}} {{instance}}"), width=8),
            lines("Traces held for a decision", NUMBER, target("sum by (job, instance) (otelcol_processor_tail_sampling_sampling_traces_on_memory)", "{{job}} {{instance}}"), width=8),
            lines(
                "Traces decided",
                PER_SECOND,
                target("sum by (policy, sampled) (rate(otelcol_processor_tail_sampling_count_traces_sampled[5m]))", "{{policy}} {{sampled}}"),
                width=8,
            ),
            row("Series: what label values cost"),
            lines("Series in Prometheus", NUMBER, target("prometheus_tsdb_head_series", "series"), width=8),
            lines("New series", PER_SECOND, target("rate(prometheus_tsdb_head_series_created_total[5m])", "created"), width=8),
            lines(
                "Counted in the overflow series",
                SPANS_PER_SECOND,
                target('sum by (job) (rate(traces_span_metrics_calls_total{otel_metric_overflow="true"}[5m])) or vector(0)', "{{job}}"),
                description="Spans whose label values came after the bound.",
                width=8,
            ),
        ],
    )


def main():
    wrong = []
    for made in (overview(), service(), graph(), traces(), telemetry()):
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        path = FOLDER / f"{made['uid']}.json"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(path.name)
    if wrong:
        sys.exit(f"not as dashboards.py makes them: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
