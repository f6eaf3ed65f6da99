"""How many spans a core of a collector takes, and how much memory those that wait: messages as services send them, at full speed."""

import os
import signal
import threading
import time

from .otlp import Receiver, request_with, send
from .programs import Collector

TITLE = "Capacity"
# What the sizing in docs/operations.md gives a span that waits for the decision about its trace.
BYTES_OF_A_WAITING_SPAN = 4000
MESSAGES, SPANS = 240, 500
ATTRIBUTES = {"http.request.method": "POST", "http.route": "/v1/ask", "url.scheme": "http", "http.response.status_code": "200", "server.address": "gateway", "phoenix.correlation.id": "flow-4711-17"}


def messages():
    """Traces of ten spans, each trace of one service, so many to a message."""
    for _ in range(MESSAGES):
        spans = []
        for _ in range(SPANS // 10):
            trace, root = os.urandom(16), os.urandom(8)
            spans.append({"trace_id": trace, "span_id": root, "name": "POST /v1/ask", "attributes": ATTRIBUTES})
            spans += [{"trace_id": trace, "parent_id": root, "name": f"step {number}", "kind": 1, "attributes": ATTRIBUTES} for number in range(9)]
        yield request_with("api-gateway", spans)


def measured(collector, prepared, everything_out):
    """Spans for each second of the processor's that the collector spent on them, to the last."""
    before, start = collector.cpu_seconds(), time.monotonic()
    url = f"http://127.0.0.1:{collector.http}"
    threads = [threading.Thread(target=lambda part=part: [send(url, message) for message in prepared[part::4]]) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = time.monotonic() - start
    everything_out()
    return MESSAGES * SPANS / (collector.cpu_seconds() - before), MESSAGES * SPANS / sent


def run(report, request_flow, folder):
    prepared = list(messages())
    standard, errors = Receiver(), Receiver()
    sampler = Collector("sampler", ["sample.yaml"], folder, JAEGER_STANDARD=standard.endpoint, JAEGER_ERRORS=errors.endpoint, DECISION_WAIT="2s", MEMORY_LIMIT_MIB="1600")
    per_core, rate = measured(sampler, prepared, lambda: standard.settled(quiet=3, within=120))
    report.check("a sampling collector passes on all that it is sent at full speed", standard.count() == MESSAGES * SPANS, f"{per_core:,.0f} spans for each second of a core (with span metrics, redaction, two samplers, queues on disk); {rate:,.0f} a second came in")
    sampler.stop()
    target = Receiver()
    balancer = Collector("balancer", ["balance.yaml"], folder, hosts="127.0.0.1 localhost\n127.0.0.1 sampler\n", SAMPLERS_HOST="sampler", SAMPLERS_PORT=target.port)
    per_core, rate = measured(balancer, prepared, lambda: target.settled(quiet=3, within=120))
    report.check("so does a balancing one", target.count() == MESSAGES * SPANS, f"{per_core:,.0f} spans for each second of a core; {rate:,.0f} a second came in")
    waiting = Collector("waiting", ["sample.yaml"], folder, DECISION_WAIT="600s", MEMORY_LIMIT_MIB="1600")
    before = waiting.memory()
    for message in prepared[: MESSAGES // 2]:
        send(f"http://127.0.0.1:{waiting.http}", message)
    taken = (waiting.memory() - before) / (MESSAGES // 2 * SPANS)
    report.check("a span that waits for the decision about its trace has the memory that the sizing gives it", 0 < taken <= BYTES_OF_A_WAITING_SPAN, f"{taken / 1000:.1f} kB of {BYTES_OF_A_WAITING_SPAN / 1000:.0f}")
    waiting.stop(signal.SIGKILL)
    for each in (balancer, target, standard, errors):
        each.stop()
