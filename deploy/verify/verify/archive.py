"""The archive: kept traces go to object storage, the stores lose them, and a day is loaded again."""

import datetime
import functools
import json
import os
import struct
import subprocess
import sys

import boto3
import zstandard

from .otlp import Receiver
from .platform import Load, Platform
from .programs import DEPLOY, Answers, Collector, Process, free_port, get, wait_for

TITLE = "Archive, delete, load again"


def call(environment, *arguments):
    """Runs a command of the archive's, and returns what it says last."""
    done = subprocess.run([sys.executable, DEPLOY / "archive/archive.py", *arguments], env={**os.environ, "AWS_ACCESS_KEY_ID": "try", "AWS_SECRET_ACCESS_KEY": "try", **environment}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


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
    command = functools.partial(call, {"ARCHIVE_S3_URL": url, "AWS_DEFAULT_REGION": "us-east-1", "ARCHIVE_DIR": str(archive)})

    stored = command("upload")["stored_bytes"]
    written = sum(path.stat().st_size for path in archive.glob("traces*.pb"))
    report.check("everything that was written is in the bucket", stored == written > 0, f"{stored} bytes, compressed OTLP of {sum(map(len, before.values()))} spans")
    report.check("a second upload stores nothing again", command("upload")["stored_bytes"] == 0)
    rules = command("lifecycle")
    report.check("the bucket has its lifecycle rules", rules and rules[0]["Expiration"]["Days"] == 365, ", ".join(f"{each['StorageClass']} after {each['Days']} days" for each in rules[0]["Transitions"]) + ", deleted after 365")

    files_that_come_and_go(report, folder / "files", url)
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


class Taken(Answers):
    """Keeps the messages that are sent to it."""

    def __init__(self):
        self.messages = []
        super().__init__()

    def take(self, path, headers, body):
        self.messages.append(body)


def files_that_come_and_go(report, folder, url):
    """An archive with files of our own, in a bucket of another region and a folder of another name."""
    folder.mkdir(parents=True)
    command = functools.partial(call, {"ARCHIVE_S3_URL": url, "AWS_DEFAULT_REGION": "eu-central-1", "ARCHIVE_DIR": str(folder), "ARCHIVE_BUCKET": "elsewhere", "ARCHIVE_PREFIX": "team"})
    frame = lambda text: struct.pack(">I", len(packed := zstandard.compress(text))) + packed  # noqa: E731
    # Written over, a file keeps its inode, as a new one often has that of one that is gone.
    for text in (b"one", b"two"):
        (folder / "traces.pb").write_bytes(frame(text))
        command("upload")
    # A collector was killed while it wrote, and went on in the same file.
    (folder / "traces.pb").write_bytes(frame(b"three") + frame(bytes(os.urandom(5000)))[:70] + b"".join(frame(b"four %d" % number + os.urandom(2000)) for number in range(5)))
    (folder / "traces-before.pb").write_bytes(frame(b"five") + bytes(4096) + frame(b"six"))
    command("upload")
    rules = command("lifecycle")
    taken, today = Taken(), datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    client = boto3.client("s3", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="try", aws_secret_access_key="try")
    # What has been moved to the last of the lifecycle's classes is loaded, too.
    for item in client.list_objects_v2(Bucket="elsewhere")["Contents"]:
        client.copy_object(Bucket="elsewhere", Key=item["Key"], CopySource={"Bucket": "elsewhere", "Key": item["Key"]}, StorageClass=rules[0]["Transitions"][-1]["StorageClass"])
    command("load", today, "--otlp", taken.url)
    taken.stop()
    texts = {message[:6].strip() for message in taken.messages}
    report.check("files that follow each other do not take each other's place, nor does a torn message take others with it", {b"one", b"two", b"three", b"five", b"six", b"four 3", b"four 4"} <= texts, f"{len(taken.messages)} messages, from where days are moved to")
    report.check("the rules are for the folder that is written to", rules[0]["Filter"]["Prefix"] == "team/")
