"""The real programs as processes on the loopback interface, with the shipped files."""

import contextlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

from .report import program

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
REPOSITORY = DEPLOY.parent


_given = set()


def free_port(host="127.0.0.1"):
    """A port that nobody listens on. Below those that the system gives to connections, which could take it meanwhile, and none twice."""
    while True:
        port = random.randrange(10_000, 32_768)
        if port in _given:
            continue
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind((host, port))
            _given.add(port)
            return port


def wait_for(what, condition, within=30.0, every=0.1):
    """Waits until `condition()` is true, and returns it; an exception of the network counts as not yet."""
    deadline = time.monotonic() + within
    last = None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return last
        except (OSError, ValueError, KeyError) as error:
            last = error
        time.sleep(every)
    raise TimeoutError(f"{what} did not happen within {within:.0f} s (last seen: {last!r})")


def get(url, body=None, headers=None, timeout=10):
    request = urllib.request.Request(url, body, headers or {})
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return response.read()


def get_json(url):
    return json.loads(get(url))


class Process:
    """A program that runs until `stop`; what it prints is in `log`."""

    running = set()

    @classmethod
    def end_all(cls):
        """Kills what a part left behind that did not come to its end."""
        for process in list(cls.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.process.pid, signal.SIGKILL)
            process.process.wait()
        cls.running.clear()

    def __init__(self, name, command, folder, environment=None, stdin=None):
        self.name = name
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{name}.log"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env={**inherited, **(environment or {})},
                stdin=stdin or subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running.add(self)

    def alive(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended ({self.process.returncode}): {self.last_words()}")
        return True

    def last_words(self):
        return " | ".join(self.log.read_text(errors="replace").splitlines()[-3:])

    def stop(self, how=signal.SIGTERM, within=60):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"{self.name} did not end within {within} s of {how.name}: {self.last_words()}") from None
        self.running.discard(self)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Bytes that it holds."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    # What they say of no fault of the files: Jaeger as a module has no user interface in it, its image has.
    KNOWN = ("ui assets not embedded",)

    def complaints(self):
        """Lines of its log at the level of warnings or errors, in short."""
        return [f"{self.name}: {line}" for line in self.said() if not any(known in line for known in self.KNOWN)]

    def said(self):
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if entry.get("level") in ("warn", "error", "fatal"):
                    found.append(f"{entry['level']}: {entry.get('msg')} {entry.get('error', '')}".strip())
                continue
            if re.search(r"level=(warn|error)", line, re.IGNORECASE) or "deprecat" in line.lower():
                found.append(line)
        return found


def complaints(processes):
    return [line for process in processes if process for line in process.complaints()]


class Answers:
    """A server of HTTP that answers each request with success. What is sent goes to `take`; what is asked for comes from `give`."""

    TYPE = "application/x-protobuf"

    def __init__(self):
        answers = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.end(answers.give(self.path))

            def do_POST(self):
                answers.take(self.path, self.headers, self.rfile.read(int(self.headers["content-length"])))
                self.end(b"")

            do_PUT = do_POST

            def end(self, body):
                self.send_response(200)
                self.send_header("content-type", answers.TYPE)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.address}"

    def take(self, path, headers, body):
        pass

    def give(self, path):
        return b""

    def stop(self):
        self.server.shutdown()


# Takes what a part does not look at.
NOWHERE = Answers()


class Collector(Process):
    """The shipped files `base.yaml` and those in `files`. Started again, it finds the folder that it had."""

    def __init__(self, name, files, folder, *, host="127.0.0.1", grpc=None, hosts=None, **settings):
        self.host, self.folder, self.files, self.hosts, self.settings = host, folder, files, hosts, settings
        self.grpc, self.http, self.health, self.metrics = grpc or free_port(host), free_port(host), free_port(host), free_port(host)
        self.start(name)

    def start(self, name=None):
        environment = {
            "LISTEN_HOST": self.host,
            "OTLP_GRPC_PORT": str(self.grpc),
            "OTLP_HTTP_PORT": str(self.http),
            "HEALTH_PORT": str(self.health),
            "METRICS_PORT": str(self.metrics),
            "STATE_DIR": str(self.folder / f"{name or self.name}-state"),
            "LOG_LEVEL": "info",
            "PROMETHEUS_WRITE_URL": NOWHERE.url,
            "LOKI_OTLP_URL": NOWHERE.url,
            "JAEGER_STANDARD": "127.0.0.1:9",
            "JAEGER_ERRORS": "127.0.0.1:9",
            **{key: str(value) for key, value in self.settings.items()},
        }
        command = [program("collector")]
        for file in ("base.yaml", *self.files):
            command += ["--config", DEPLOY / "collector" / file]
        if self.hosts:
            # Names for this process alone: its own view of /etc/hosts.
            hosts = self.folder / "hosts"
            hosts.write_text(self.hosts)
            mounts = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
            command = ["unshare", *mounts, "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts, *command]
        super().__init__(name or self.name, command, self.folder, environment)
        wait_for(f"the start of {self.name}", lambda: self.alive() and get(f"http://{self.host}:{self.health}/"))

    @property
    def endpoint(self):
        return f"http://{self.host}:{self.grpc}"

    def metric(self, name):
        """The sum of a metric of its own."""
        total = 0.0
        for line in get(f"http://{self.host}:{self.metrics}/metrics").decode().splitlines():
            if line.startswith((f"{name}{{", f"{name} ")):
                total += float(line.rsplit(" ", 1)[1])
        return total


class Prometheus(Process):
    """The shipped prometheus.yml; only targets and intervals are others."""

    def __init__(self, folder, port, targets):
        self.port = port
        settings = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
        settings["global"].update(scrape_interval="1s", evaluation_interval="1s")
        settings["scrape_configs"] = [
            {**{key: value for key, value in job.items() if not key.endswith("_sd_configs")}, "static_configs": [{"targets": targets[job["job_name"]]}]}
            for job in settings["scrape_configs"]
            if job["job_name"] in targets
        ]
        for job in settings["scrape_configs"]:
            if job["job_name"] == "prometheus":
                job["static_configs"][0]["targets"] = [f"127.0.0.1:{self.port}"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
        shutil.copytree(DEPLOY / "prometheus/rules", folder / "rules", dirs_exist_ok=True)
        command = [
            program("prometheus"),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'prometheus-data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-remote-write-receiver",
            "--enable-feature=exemplar-storage",
        ]
        super().__init__("prometheus", command, folder)
        wait_for("the start of Prometheus", lambda: self.alive() and get(f"{self.url}/-/ready"))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def write_url(self):
        return f"{self.url}/api/v1/write"

    def query(self, expression):
        """The instant vector of an expression: labels and value of each sample."""
        answer = get_json(f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        data = answer["data"]
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(sample["metric"], float(sample["value"][1])) for sample in data["result"]]

    def value(self, expression):
        return sum(value for _, value in self.query(expression))

    def exemplars(self, expression):
        now = time.time()
        asked = urllib.parse.urlencode({"query": expression, "start": now - 600, "end": now + 60})
        return [exemplar for series in get_json(f"{self.url}/api/v1/query_exemplars?{asked}")["data"] for exemplar in series["exemplars"]]


class Jaeger(Process):
    """The shipped base.yaml with the file of a store; `strategies` is a copy of strategies.json that may be edited."""

    def __init__(self, folder, prometheus_url, store="badger.yaml", **settings):
        ports = {name: free_port() for name in ("QUERY", "QUERY_GRPC", "ERRORS_QUERY", "ERRORS_QUERY_GRPC", "SAMPLING", "SAMPLING_GRPC", "HEALTH", "STANDARD", "ERRORS", "METRICS")}
        self.query, self.errors_query = ports["QUERY"], ports["ERRORS_QUERY"]
        self.standard, self.errors, self.metrics = ports["STANDARD"], ports["ERRORS"], ports["METRICS"]
        self.sampling = f"http://127.0.0.1:{ports['SAMPLING']}"
        folder.mkdir(parents=True, exist_ok=True)
        self.strategies = folder / "strategies.json"
        shutil.copy(DEPLOY / "jaeger/strategies.json", self.strategies)
        environment = {
            **{f"{name}_PORT": str(port) for name, port in ports.items()},
            "LISTEN_HOST": "127.0.0.1",
            "STATE_DIR": str(folder / "jaeger-state"),
            "CONFIG_DIR": str(DEPLOY / "jaeger"),
            "STRATEGIES_FILE": str(self.strategies),
            "PROMETHEUS_URL": prometheus_url,
            **settings,
        }
        command = [program("jaeger"), "--config", DEPLOY / "jaeger/base.yaml", "--config", DEPLOY / "jaeger" / store]
        super().__init__("jaeger", command, folder, environment)
        wait_for("the start of Jaeger", lambda: self.alive() and get(f"http://127.0.0.1:{ports['HEALTH']}/status"))

    def search(self, port, service, limit=2000):
        """The traces of a service's: for each id its span ids."""
        now = int(time.time() * 1e6)
        asked = urllib.parse.urlencode({"service": service, "limit": limit, "start": now - 3_600_000_000, "end": now, "lookback": "custom"})
        found = get_json(f"http://127.0.0.1:{port}/api/traces?{asked}")["data"]
        return {trace["traceID"].zfill(32): {span["spanID"] for span in trace["spans"]} for trace in found}

    def finds(self, port, expected):
        """Whether a search has these traces, each with these spans, as soon as it has so many."""

        def enough():
            found = self.search(port, "api-gateway")
            return found if len(found) >= len(expected) else None

        found = wait_for("what was stored is found", enough, within=120)
        return found == {trace: set(spans) for trace, spans in expected.items()}

    def trace(self, port, trace_id):
        found = get_json(f"http://127.0.0.1:{port}/api/traces/{trace_id}")["data"]
        return {span["spanID"] for trace in found for span in trace["spans"]}

    def tags(self, trace_id, service):
        """The tags of a service's spans in a trace, and of the process that they are of."""
        found = {}
        for trace in get_json(f"http://127.0.0.1:{self.query}/api/traces/{trace_id}")["data"]:
            for span in trace["spans"]:
                process = trace["processes"][span["processID"]]
                if process["serviceName"] == service:
                    found |= {tag["key"]: tag["value"] for tag in (*process["tags"], *span["tags"])}
        return found
