"""The archive: kept traces go to object storage, the stores lose them, and a day is loaded again."""

import datetime
import json
import os
import subprocess
import sys

from .otlp import Receiver
from .platform import Load, Platform
from .programs import DEPLOY, Collector, Process, free_port, get, wait_for

TITLE = "Archive, delete, load again"


def run(report, request_flow, folder):
    storage_port = free_port()
    storage = Process("s3", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", storage_port], folder)
    url = f"http://127.0.0.1:{storage_port}"
    wait_for("the start of the S3 stand-in (moto)", lambda: storage.alive() and get(f"{url}/moto-api/"))

    store, errors = Receiver(), Receiver()
    collector = Collector("collector", ["sample.yaml", "archive.yaml"], folder, JAEGER_STANDARD=store.endpoint, JAEGER_ERRORS=errors.endpoint, DECISION_WAIT="2s")
    platform = Platform(request_flow, folder, collector.endpoint)
    Load(platform.gateway, 100).wait()
    platform.stop()
    store.settled(quiet=4)
    before = store.traces()

    archive = folder / "collector-state/archive"
    environment = {**os.environ, "ARCHIVE_S3_URL": url, "AWS_ACCESS_KEY_ID": "try", "AWS_SECRET_ACCESS_KEY": "try", "AWS_DEFAULT_REGION": "us-east-1", "ARCHIVE_DIR": str(archive)}

    def command(*arguments):
        done = subprocess.run([sys.executable, DEPLOY / "archive/archive.py", *arguments], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        return json.loads(done.stdout.splitlines()[-1])

    stored = command("upload")["stored_bytes"]
    written = sum(path.stat().st_size for path in archive.glob("traces*.pb"))
    report.check("everything that was written is in the bucket", stored == written > 0, f"{stored} bytes, compressed OTLP of {sum(map(len, before.values()))} spans")
    report.check("a second upload stores nothing again", command("upload")["stored_bytes"] == 0)
    rules = command("lifecycle")
    report.check("the bucket has its lifecycle rules", rules and rules[0]["Expiration"]["Days"] == 365, ", ".join(f"{each['StorageClass']} after {each['Days']} days" for each in rules[0]["Transitions"]) + ", deleted after 365")

    # The stores are gone; another collector has empty ones.
    collector.stop()
    for each in (store, errors):
        each.stop()
    again, again_errors = Receiver(), Receiver()
    collector = Collector("collector-again", ["sample.yaml"], folder, JAEGER_STANDARD=again.endpoint, JAEGER_ERRORS=again_errors.endpoint, DECISION_WAIT="2s")
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    sent = command("load", today, "--otlp", f"http://127.0.0.1:{collector.http}")["sent_messages"]
    again.settled(quiet=4)
    report.check("a day that is loaded again has the same traces", again.traces() == before, f"{len(again.traces())} of {len(before)} traces from {sent} messages")
    report.check("those with errors are in their store again", again_errors.traces() == errors.traces(), f"{len(again_errors.traces())} traces")
    for each in (collector, again, again_errors, storage):
        each.stop()
