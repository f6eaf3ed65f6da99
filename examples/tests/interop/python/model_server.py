"""The server of a language model, over HTTP, which is traced where the platform's own is not."""

import json
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import telemetry
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def model(environ, start_response):
    telemetry.tell_what_came(environ.get("HTTP_X_CORRELATION_ID"))
    request = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    answer = {
        "choices": [{"message": {"role": "assistant", "content": "A span is a unit of work."}}],
        "usage": {"prompt_tokens": len(request["messages"]), "completion_tokens": 7},
    }
    start_response("200 OK", [("content-type", "application/json")])
    return [json.dumps(answer).encode()]


provider = telemetry.start()
server = make_server("127.0.0.1", 0, OpenTelemetryMiddleware(model), handler_class=Quiet)
Thread(target=server.serve_forever).start()
telemetry.serve(server.server_port, provider, server.shutdown)
