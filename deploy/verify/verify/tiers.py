"""Two samplers behind a collector that balances by trace id: the spans of a trace meet in one of them."""

from .otlp import Receiver
from .platform import Load, Platform
from .programs import Collector, complaints, free_port

TITLE = "Two tiers of collectors"


def run(report, request_flow, folder):
    standard, errors = [Receiver(), Receiver()], [Receiver(), Receiver()]
    # One name and one port for both, as a headless service has them.
    port = free_port()
    samplers = [
        Collector(f"sampler-{number}", ["sample.yaml"], folder, host=f"127.0.0.{number + 1}", grpc=port, JAEGER_STANDARD=standard[number].endpoint, JAEGER_ERRORS=errors[number].endpoint, DECISION_WAIT="2s")
        for number in range(2)
    ]
    balancer = Collector("balancer", ["balance.yaml"], folder, hosts="127.0.0.1 localhost\n127.0.0.1 sampler\n127.0.0.2 sampler\n", SAMPLERS_HOST="sampler", SAMPLERS_PORT=port)
    front = Receiver(f"127.0.0.1:{balancer.grpc}")
    platform = Platform(request_flow, folder, f"http://{front.endpoint}")
    load = Load(platform.gateway, 200, threads=4).wait()
    platform.stop()
    for receiver in (front, *standard):
        receiver.settled(quiet=4)
    first, second = (set(receiver.traces()) for receiver in standard)
    report.check("no trace is split between two samplers", not first & second and first and second, f"{len(first)} and {len(second)} traces of {load.sent} requests")
    recorded = front.traces()
    stored = {**standard[0].traces(), **standard[1].traces()}
    report.check("both together have every trace as it was recorded", recorded == stored, f"{sum(map(len, stored.values()))} of {front.count()} spans")
    failed = {identity for identity, trace in recorded.items() if any(span.failed for span in trace.values())}
    report.check("errors are split off in either", failed == set(errors[0].traces()) | set(errors[1].traces()), f"{len(failed)} traces")
    report.no_errors("no collector complained", complaints([*samplers, balancer]))
    for each in (balancer, *samplers, front, *standard, *errors):
        each.stop()
