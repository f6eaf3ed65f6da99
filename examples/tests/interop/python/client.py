"""A client of the platform, and the root of the trace: asks the gateway over HTTP or the orchestrator over gRPC."""

import os
import sys

import grpc
import telemetry
import urllib3
from opentelemetry import baggage, context, trace
from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
from opentelemetry.sdk.trace._sampling_experimental import composable_traceid_ratio_based, composite_sampler
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, SamplingResult
from opentelemetry.trace import TraceState


class GivenTrace(RandomIdGenerator):
    """The trace id is given, so that it is known who samples it."""

    def generate_trace_id(self):
        return int(os.environ["TRACE_ID"], 16)


class Consistent(Sampler):
    """The consistent sampler of OpenTelemetry at a given ratio; somebody else has a member in `tracestate` as well."""

    def __init__(self):
        self.sampler = composite_sampler(composable_traceid_ratio_based(float(os.environ["RATIO"])))

    def should_sample(self, *arguments, **options):
        result = self.sampler.should_sample(*arguments, **options)
        state = (result.trace_state or TraceState()).add("congo", "t61rcWkgMzE")
        return SamplingResult(result.decision, result.attributes, state)

    def get_description(self):
        return self.sampler.get_description()


def ask_over_http(url, question):
    sent = {telemetry.CORRELATION_ID: "question-7"}
    answer = urllib3.request("POST", f"{url}/v1/ask", json={"question": question}, headers=sent, timeout=telemetry.DEADLINE)
    print(answer.status, answer.data.decode())
    return answer.headers.get(telemetry.CORRELATION_ID)


def ask_over_grpc(url, question):
    messages, services = telemetry.protos("orchestrator.proto")
    sent = ((telemetry.CORRELATION_ID, "question-7"),)
    with grpc.insecure_channel(telemetry.address(url)) as channel:
        orchestrator = services.OrchestratorStub(channel)
        request = messages.AskRequest(question=question)
        parts = orchestrator.AskStream(request, metadata=sent, timeout=telemetry.DEADLINE)
        print("".join(part.text for part in parts))
    return None


provider = telemetry.start(sampler=ParentBased(Consistent()), id_generator=GivenTrace())
URLLib3Instrumentor().instrument()
context.attach(baggage.set_baggage("tenant", "north"))
context.attach(baggage.set_baggage("note", "50 % off, all"))
way, url, question = sys.argv[1:]
with trace.get_tracer("client").start_as_current_span("ask") as root:
    answered = {"http": ask_over_http, "grpc": ask_over_grpc}[way](url, question)
    if answered:
        root.set_attribute("phoenix.correlation.id", answered)
provider.shutdown()
