"""OpenTelemetry as a Python service sets it up, and the platform's own: correlation ids, and one line that tells the port."""

import json
import pathlib
import sys

import grpc
from opentelemetry import baggage, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient, GrpcInstrumentorServer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

CORRELATION_ID = "x-correlation-id"
# No call of the tests takes as long.
DEADLINE = 30

sys.path.append(str(pathlib.Path(__file__).parents[3] / "proto"))


def start(**options):
    """Where spans go and how they are sampled is in the environment, unless `options` say otherwise."""
    provider = TracerProvider(**options)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    GrpcInstrumentorClient().instrument()
    GrpcInstrumentorServer().instrument()
    return provider


def tell_what_came(correlation_id):
    """Writes on the running span what came with its request beside the trace context."""
    span = trace.get_current_span()
    span.set_attribute("phoenix.correlation.id", correlation_id or "none")
    for key, value in baggage.get_all().items():
        span.set_attribute(f"baggage.{key}", value)


def tell_and_carry(context):
    """The same for a gRPC call; returns the metadata of the calls that it makes."""
    carried = tuple(pair for pair in context.invocation_metadata() if pair[0] == CORRELATION_ID)
    tell_what_came(dict(carried).get(CORRELATION_ID))
    return carried


def address(url):
    """What gRPC calls a target."""
    return url.removeprefix("http://")


def serve(port, provider, stop):
    """Tells the port, and ends when whoever started this process closes its standard input."""
    print(json.dumps({"listening": f"127.0.0.1:{port}"}), flush=True)
    sys.stdin.buffer.read()
    stop()
    provider.shutdown()


def serve_grpc(server, provider):
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    serve(port, provider, lambda: server.stop(DEADLINE).wait())


def protos(name):
    """The messages and the services of one of the platform's own files."""
    return grpc.protos_and_services(name)
