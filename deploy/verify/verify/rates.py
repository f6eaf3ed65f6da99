"""Sampling rates that are edited while services run: the strategies file, served by Jaeger or by a stand-in of its protocol."""

import json
import shutil
import urllib.parse

from .otlp import Receiver
from .platform import Load, Platform
from .programs import DEPLOY, Answers, Jaeger, wait_for
from .report import program, wanting

TITLE = "Sampling rates of running services"


class StandIn(Answers):
    """Answers as Jaeger does, from the same file."""

    TYPE = "application/json"

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.strategies = folder / "strategies.json"
        shutil.copy(DEPLOY / "jaeger/strategies.json", self.strategies)
        super().__init__()
        self.sampling = self.url

    def give(self, path):
        service = urllib.parse.parse_qs(urllib.parse.urlparse(path).query)["service"][0]
        read = json.loads(self.strategies.read_text())
        rates = {each["service"]: each["param"] for each in read["service_strategies"]}
        rate = rates.get(service, read["default_strategy"]["param"])
        return json.dumps({"strategyType": "PROBABILISTIC", "probabilisticSampling": {"samplingRate": rate}}).encode()


def run(report, request_flow, folder):
    server = Jaeger(folder, "http://127.0.0.1:9") if program("jaeger") else StandIn(folder)
    if not program("jaeger"):
        report.note(f"a server of ours stands in for Jaeger's protocol: {wanting('jaeger')}")
    receiver = Receiver()
    write(server, 1.0)
    platform = Platform(
        request_flow,
        folder,
        f"http://{receiver.endpoint}",
        environment="production",
        OTEL_TRACES_SAMPLER="jaeger_remote",
        OTEL_TRACES_SAMPLER_ARG=f"endpoint={server.sampling},pollingIntervalMs=500,initialSamplingRate=0",
    )
    try:
        report.check("services take the rate of 1 that the file says", reached(platform, receiver, 1.0), "they began with 0")
        write(server, 0.0)
        report.check("and 0, when the file is edited", reached(platform, receiver, 0.0))
        write(server, 1.0)
        report.check("and 1 again", reached(platform, receiver, 1.0))
    finally:
        platform.stop()
        server.stop()
        receiver.stop()


def write(server, rate):
    server.strategies.write_text(json.dumps({"default_strategy": {"type": "probabilistic", "param": rate}, "service_strategies": []}))


def reached(platform, receiver, rate):
    """Whether the gateway comes to keep that share of the requests that do not fail."""

    def kept():
        before = set(receiver.traces())
        Load(platform.gateway, 7, threads=1).wait()  # The eighth would fail, and be kept whatever the rate.
        receiver.settled(quiet=0.8)
        new = [trace for identity, trace in receiver.traces().items() if identity not in before]
        by_head = [trace for trace in new if any(span.service == "api-gateway" for span in trace.values())]
        return len(by_head) == round(7 * rate)

    try:
        return wait_for(f"a kept share of {rate}", kept, within=40)
    except TimeoutError:
        return False
