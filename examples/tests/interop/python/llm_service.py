"""The platform's interface to a language model: a gRPC server that streams its answer."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import telemetry

messages, services = telemetry.protos("llm.proto")
WORDS = ["A ", "span ", "is ", "a ", "unit ", "of ", "work."]


class Llm(services.LlmServicer):
    def CompleteStream(self, request, context):
        telemetry.tell_and_carry(context)
        for word in WORDS:
            yield messages.CompletionPart(text=word, model="python")
        usage = messages.Usage(input_tokens=len(request.passages), output_tokens=len(WORDS))
        yield messages.CompletionPart(model="python", usage=usage)


provider = telemetry.start()
server = grpc.server(ThreadPoolExecutor(4))
services.add_LlmServicer_to_server(Llm(), server)
telemetry.serve_grpc(server, provider)
