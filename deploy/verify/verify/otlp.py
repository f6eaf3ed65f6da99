"""An independent receiver of OTLP over gRPC, which keeps spans as they came and may pass everything on; and a sender."""

import dataclasses
import os
import threading
import time
from concurrent import futures

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from .programs import free_port, get

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LIMITS = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
# What the collector's redaction adds.
ADDED = ("redaction.",)


@dataclasses.dataclass(frozen=True)
class Span:
    """What of a span must be the same wherever it is looked at."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    environment: str
    name: str
    kind: int
    start: int
    end: int
    failed: bool
    message: str
    attributes: tuple
    events: tuple
    links: tuple
    state: str


def plain(value):
    which = value.WhichOneof("value")
    if which == "array_value":
        return tuple(plain(each) for each in value.array_value.values)
    return str(getattr(value, which)) if which else ""


def attributes_of(holder):
    return tuple(sorted((each.key, plain(each.value)) for each in holder.attributes if not each.key.startswith(ADDED)))


def spans_of(request):
    for resource in request.resource_spans:
        of = dict(attributes_of(resource.resource))
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    of.get("service.name", ""),
                    of.get("deployment.environment.name", ""),
                    span.name,
                    span.kind,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == Status.STATUS_CODE_ERROR,
                    span.status.message,
                    attributes_of(span),
                    tuple((event.time_unix_nano, event.name, attributes_of(event)) for event in span.events),
                    tuple((link.trace_id.hex(), link.span_id.hex(), attributes_of(link)) for link in span.links),
                    span.trace_state,
                )


class Receiver(grpc.GenericRpcHandler):
    """Takes every OTLP service. With `upstream`, the answer is that of the receiver there, and a span counts when it was taken."""

    def __init__(self, upstream=None, port=None):
        self.port = port or free_port()
        self.lock = threading.Lock()
        self.spans, self.taken, self.messages, self.raw = {}, [], 0, {}
        self.channel = grpc.insecure_channel(upstream, LIMITS) if upstream else None
        self.server = None
        self.start()

    def start(self):
        self.server = grpc.server(futures.ThreadPoolExecutor(32), handlers=[self], options=[*LIMITS, ("grpc.so_reuseport", 0)])
        if not self.server.add_insecure_port(f"127.0.0.1:{self.port}"):
            raise OSError(f"port {self.port} is taken")
        self.server.start()

    def stop(self):
        self.server.stop(0).wait()

    @property
    def endpoint(self):
        return f"127.0.0.1:{self.port}"

    def service(self, details):
        def answer(body, context):
            if self.channel:
                try:
                    response = self.channel.unary_unary(details.method)(body, timeout=20)
                except grpc.RpcError as error:
                    context.abort(error.code(), error.details())
            else:
                response = b""
            self.take(details.method, body)
            return response

        return grpc.unary_unary_rpc_method_handler(answer)

    def take(self, method, body):
        with self.lock:
            self.messages += 1
            if method == TRACES:
                fresh = {(span.trace_id, span.span_id): span for span in spans_of(ExportTraceServiceRequest.FromString(body))}
                self.taken.append((time.monotonic(), set(fresh)))
                self.spans.update(fresh)
            else:
                self.raw.setdefault(method, []).append(body)

    def all(self):
        with self.lock:
            return dict(self.spans)

    def count(self):
        with self.lock:
            return len(self.spans)

    def traces(self):
        """For each trace its spans, by id."""
        found = {}
        for span in self.all().values():
            found.setdefault(span.trace_id, {})[span.span_id] = span
        return found

    def settled(self, quiet=2.0, within=60.0, complete=lambda: False):
        """Waits until no span has come for a while, or all that can come are `complete`."""
        deadline, last, since = time.monotonic() + within, -1, time.monotonic()
        while time.monotonic() < deadline:
            if complete():
                return
            now = self.count()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > quiet:
                return
            time.sleep(0.1)
        raise TimeoutError("spans keep coming")


def put(attributes, values):
    """Texts, and lists of texts, as attributes."""
    for key, value in values.items():
        holder = attributes.add(key=key).value
        if isinstance(value, list):
            for each in value:
                holder.array_value.values.add(string_value=each)
        else:
            holder.string_value = value


def request_with(service, spans, **resource):
    """A message of one service's spans; each a dict of fields, with `attributes` as a dict."""
    request = ExportTraceServiceRequest()
    holder = request.resource_spans.add()
    put(holder.resource.attributes, {"service.name": service, **resource})
    scope = holder.scope_spans.add()
    now = time.time_ns()
    for fields in spans:
        span = scope.spans.add(
            trace_id=fields.get("trace_id") or os.urandom(16),
            span_id=fields.get("span_id") or os.urandom(8),
            parent_span_id=fields.get("parent_id", b""),
            name=fields.get("name", "span"),
            kind=fields.get("kind", 2),
            start_time_unix_nano=now - 1_000_000,
            end_time_unix_nano=now,
        )
        if "failed" in fields:
            span.status.code, span.status.message = Status.STATUS_CODE_ERROR, fields["failed"]
        put(span.attributes, fields.get("attributes", {}))
        for name, attributes in fields.get("events", {}).items():
            put(span.events.add(name=name, time_unix_nano=now).attributes, attributes)
    return request


def send(url, request, signal="traces"):
    """Over HTTP, to a collector's address."""
    get(f"{url}/v1/{signal}", request.SerializeToString(), {"content-type": "application/x-protobuf"}, timeout=30)


def export(address, request):
    """Over gRPC, to whatever takes OTLP."""
    with grpc.insecure_channel(address, LIMITS) as channel:
        channel.unary_unary(TRACES)(request.SerializeToString(), timeout=30)
