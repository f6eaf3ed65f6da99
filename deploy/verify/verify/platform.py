"""The example platform, each service a process that reports to a collector as its container would; and its client."""

import http.client
import json
import subprocess
import threading
import time

import yaml

from .programs import DEPLOY, REPOSITORY, Process, wait_for

QUESTIONS = ["What is a span?", "Which header carries the trace id?", "When is a segment dropped?", "What happens to spans at shutdown?"]
# Of twenty requests one fails, in the database: a full-text expression whose parenthesis is never closed.
MALFORMED = "fts: span AND (trace"
ROUTE = "/v1/ask"


def build():
    """The program `request-flow`."""
    made = subprocess.run(
        ["cargo", "build", "--locked", "--package", "phoenix-trace-examples", "--bin", "request-flow", "--message-format", "json-render-diagnostics"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise RuntimeError(f"request-flow does not compile: {made.stderr[-1000:]}")
    executables = [json.loads(line).get("executable") for line in made.stdout.splitlines()]
    return next(path for path in reversed(executables) if path)


class Service(Process):
    def __init__(self, name, request_flow, folder, command, environment):
        super().__init__(name, [request_flow, *command], folder, environment)
        self.address = wait_for(f"the start of {name}", lambda: self.alive() and self.reported("listening"))
        wait_for(f"the health of {name}", lambda: subprocess.run([request_flow, "health", name, self.address]).returncode == 0)

    @property
    def url(self):
        return f"http://{self.address}"

    def reported(self, what):
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{") and f'"{what}"' in line:
                try:
                    return json.loads(line).get(what)
                except ValueError:
                    continue
        return None


class Platform:
    """The services of compose.yaml, with its commands and environment; `account` of each is known when they have been stopped."""

    TRACED = ("document-service", "llm-service", "data-router", "orchestrator-service", "api-gateway")

    def __init__(self, request_flow, folder, collector, *, environment="development", **settings):
        folder.mkdir(parents=True, exist_ok=True)
        # Often enough for a test; and rates of their own, unless a part is about those of a server.
        settings = {"OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_BSP_SCHEDULE_DELAY": "200", "OTEL_TRACES_SAMPLER": "", "OTEL_TRACES_SAMPLER_ARG": "", **settings}
        here = {"${ENVIRONMENT:-development}": environment, "http://collector:4317": collector, "0.0.0.0:8080": "127.0.0.1:0", "/var/lib/request-flow": str(folder)}
        shipped = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        self.services, self.accounts = {}, {}
        try:
            # In the file's order: each after those that it calls.
            for name in [name for name in shipped if name in ("model-server", *self.TRACED)]:
                given = {}
                for key, value in shipped[name]["environment"].items():
                    for there, instead in here.items():
                        value = value.replace(there, instead)
                    given[key] = value
                self.services[name] = Service(name, request_flow, folder, shipped[name]["command"], {**given, **settings})
                here[f"http://{name}:8080"] = self.services[name].url
        except BaseException:
            self.stop()
            raise

    @property
    def gateway(self):
        return self.services["api-gateway"].address

    def stop(self):
        """Asks each to end after those that call it. Returns their accounts."""
        for name, service in reversed(list(self.services.items())):
            service.stop()
            if name in self.TRACED:
                self.accounts[name] = service.reported("account")
        return self.accounts


class Load:
    """Requests from several threads, until so many are sent or `end` is called; counted as the client saw them."""

    def __init__(self, address, requests=None, threads=4, pause=0.0):
        self.address, self.requests, self.pause = address, requests, pause
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.sent = self.failed = 0
        self.ids, self.failed_ids = [], []
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]
        self.started = time.monotonic()
        for thread in self.threads:
            thread.start()

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        while not self.ended.is_set():
            with self.lock:
                number = self.sent
                if self.requests is not None and number >= self.requests:
                    return
                self.sent += 1
                identity = f"verify-{id(self):x}-{number}"
                self.ids.append(identity)
            question = MALFORMED if number % 20 == 7 else QUESTIONS[number % len(QUESTIONS)]
            body = json.dumps({"question": question})
            connection.request("POST", ROUTE, body, {"content-type": "application/json", "x-correlation-id": identity})
            response = connection.getresponse()
            response.read()
            if response.status >= 500:
                with self.lock:
                    self.failed += 1
                    self.failed_ids.append(identity)
            time.sleep(self.pause)

    def wait(self):
        for thread in self.threads:
            thread.join()
        self.took = time.monotonic() - self.started
        return self

    def end(self):
        self.ended.set()
        return self.wait()
