"""The platform's data router: a gRPC server that calls another one."""

import os
from concurrent.futures import ThreadPoolExecutor

import grpc
import telemetry
from opentelemetry import trace

messages, services = telemetry.protos("router.proto")
documents, documents_services = telemetry.protos("documents.proto")
tracer = trace.get_tracer("data_router")


class DataRouter(services.DataRouterServicer):
    def __init__(self, channel):
        self.documents = documents_services.DocumentsStub(channel)

    def Find(self, request, context):
        carried = telemetry.tell_and_carry(context)
        try:
            found = [self.look_up(kind, request, carried) for kind in request.kinds]
        except grpc.RpcError as error:
            context.set_code(error.code())
            context.set_details(error.details())
            found = []
        return messages.Findings(findings=[finding for some in found for finding in some])

    def look_up(self, kind, request, carried):
        word = messages.DataKind.Name(kind).removeprefix("DATA_KIND_").lower()
        with tracer.start_as_current_span("look up", attributes={"phoenix.lookup.kind": word}):
            if kind in (messages.DATA_KIND_PASSAGES, messages.DATA_KIND_EXPRESSION):
                query = documents.SearchRequest(
                    query=request.question,
                    expression=kind == messages.DATA_KIND_EXPRESSION,
                    limit=request.limit,
                )
                passages = self.documents.Search(query, metadata=carried, timeout=telemetry.DEADLINE).passages
                return [messages.Finding(kind=kind, title=p.title, text=p.text) for p in passages]
            if kind == messages.DATA_KIND_TITLES:
                query = documents.TitlesRequest(words=request.question.split(), limit=request.limit)
                titles = self.documents.Titles(query, metadata=carried, timeout=telemetry.DEADLINE).titles
                return [messages.Finding(kind=kind, title=title, text=title) for title in titles]
            return []


provider = telemetry.start()
channel = grpc.insecure_channel(telemetry.address(os.environ["DOCUMENT_SERVICE_URL"]))
server = grpc.server(ThreadPoolExecutor(4))
services.add_DataRouterServicer_to_server(DataRouter(channel), server)
telemetry.serve_grpc(server, provider)
