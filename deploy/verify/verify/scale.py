"""Jaeger on OpenSearch: both stores found by the API, an index for each day under its retention, and no field for a new key."""

import datetime
import json
import os
import subprocess

from .otlp import Receiver, export, request_with, send
from .platform import Load, Platform
from .programs import DEPLOY, Answers, Collector, Jaeger, Process, complaints, free_port, get, get_json, wait_for
from .report import program

TITLE = "Jaeger on OpenSearch"
REQUESTS = 60


class OpenSearch(Process):
    """One node, without the plugins for security and for the state of indices."""

    def __init__(self, folder):
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        super().__init__("opensearch", [program("opensearch"), folder / "opensearch-data", port], folder)
        wait_for("the start of OpenSearch", lambda: self.alive() and get(self.url), within=120)

    def indices(self):
        return {each["index"] for each in get_json(f"{self.url}/_cat/indices?format=json")}

    def fields(self, index):
        return len(get_json(f"{self.url}/{index}/_mapping")[index]["mappings"]["properties"]["tag"].get("properties", {}))


def run(report, request_flow, folder):
    opensearch = OpenSearch(folder)
    password = folder / "password"
    password.write_text("try")
    jaeger = Jaeger(folder, "http://127.0.0.1:9", "opensearch.yaml", OPENSEARCH_URL=opensearch.url, OPENSEARCH_PASSWORD_FILE=str(password), OPENSEARCH_SHARDS="1", OPENSEARCH_REPLICAS="0")
    standard, errors = Receiver(f"127.0.0.1:{jaeger.standard}"), Receiver(f"127.0.0.1:{jaeger.errors}")
    collector = Collector("collector", ["sample.yaml"], folder, JAEGER_STANDARD=standard.endpoint, JAEGER_ERRORS=errors.endpoint, DECISION_WAIT="2s")
    platform = Platform(request_flow, folder, collector.endpoint)
    Load(platform.gateway, REQUESTS).wait()
    platform.stop()
    standard.settled(quiet=4)
    stored, failed = standard.traces(), errors.traces()
    report.check("every trace is found in the store of 7 days, with all its spans", len(stored) == REQUESTS and jaeger.finds(jaeger.query, stored), f"{len(stored)} traces")
    report.check("and those with errors in the store of 30 days", failed and jaeger.finds(jaeger.errors_query, failed), f"{len(failed)} traces")
    old_ones(report, jaeger)
    retained(report, opensearch, folder, password)
    keys(report, opensearch, collector)
    report.no_errors("no program complained", complaints([jaeger, collector]))
    for each in (collector, standard, errors, jaeger, opensearch):
        each.stop()


def old_ones(report, jaeger):
    """Near the end of their retention, traces are found by their ids, and their services to search by."""
    found = []
    for store, query, days in ((jaeger.standard, jaeger.query, 6), (jaeger.errors, jaeger.errors_query, 29)):
        request, trace = request_with(f"of-{days}-days-ago", [{"trace_id": (identity := os.urandom(16))}]), identity.hex()
        for span in request.resource_spans[0].scope_spans[0].spans:
            span.start_time_unix_nano -= days * 86_400 * 10**9
            span.end_time_unix_nano -= days * 86_400 * 10**9
        export(f"127.0.0.1:{store}", request)
        try:
            wait_for("the old trace", lambda: jaeger.trace(query, trace), within=15)
            services = get_json(f"http://127.0.0.1:{query}/api/services")["data"]
            found += [days] if f"of-{days}-days-ago" in services else []
        except TimeoutError:
            pass
    report.check("a trace is found by its id, and its service by name, until the end of its retention", found == [6, 29], f"{found} days ago")


class Policies(Answers):
    """Stands in for the plugin: takes policies, and says of each which revision it has."""

    TYPE = "application/json"

    def __init__(self):
        self.asked, self.policies = [], {}
        super().__init__()

    def take(self, path, headers, body):
        self.asked.append(path)
        self.policies[path.split("?")[0]] = json.loads(body)["policy"]

    def give(self, path):
        return json.dumps({"_seq_no": 7, "_primary_term": 2} if path in self.policies else {"error": {"reason": "Policy not found"}}).encode()


def retained(report, opensearch, folder, password):
    """The script's policies against the names that Jaeger's indices have."""
    policies = Policies()
    environment = {**os.environ, "OPENSEARCH_URL": policies.url, "OPENSEARCH_PASSWORD_FILE": str(password)}
    for _ in range(2):
        subprocess.run(["sh", DEPLOY / "jaeger/opensearch-retention.sh"], env=environment, check=True, capture_output=True, timeout=60)
    policies.stop()
    days = {}
    for policy in policies.policies.values():
        for pattern in policy["ism_template"][0]["index_patterns"]:
            days[pattern] = policy["states"][0]["transitions"][0]["conditions"]["min_index_age"]
    today = datetime.datetime.now(datetime.timezone.utc).date()
    indices = {index for index in opensearch.indices() if "jaeger" in index}
    ago = {"standard": (0, 1, 6), "errors": (0, 1, 29)}
    expected = {f"{store}-jaeger-{what}-{today - datetime.timedelta(days=day)}" for store, days_ago in ago.items() for what in ("span", "service") for day in days_ago}
    covered = all(any(index.startswith(pattern.removesuffix("*")) for pattern in days) for index in indices)
    # An index is as old as its first trace.
    kept = days == {"standard-jaeger-*": "8d", "errors-jaeger-*": "31d"}
    report.check("there is an index for each day, under a policy that deletes it when its last trace is 7 or 30 days old", kept and len(indices) >= 4 and indices <= expected and covered, ", ".join(f"{pattern} after {age}" for pattern, age in days.items()) + " (a server of ours stands in for the plugin)")
    again = [path for path in policies.asked if "if_seq_no=7&if_primary_term=2" in path]
    report.check("a policy that is there is replaced", len(policies.asked) == 4 and len(again) == 2)


def keys(report, opensearch, collector):
    index = max(index for index in opensearch.indices() if index.startswith("standard-jaeger-span"))
    before = opensearch.fields(index)
    send(f"http://127.0.0.1:{collector.http}", request_with("api-gateway", [{"name": "stormy", "attributes": {f"key.{number}": "x" for number in range(100)}}]))
    counted = f"{opensearch.url}/standard-jaeger-span-*/_count?q=operationName:stormy"
    wait_for("the span with new keys is stored", lambda: get_json(counted)["count"])
    report.check("store: new keys of attributes make no field", opensearch.fields(index) == before, f"100 keys, {opensearch.fields(index)} fields")
