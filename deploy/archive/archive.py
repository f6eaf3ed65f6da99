#!/usr/bin/env python3
"""The archive of traces: from a collector's disk to object storage, a folder a day, and from there into a store again.

The collector's `file` exporter (collector/archive.yaml) writes OTLP messages one after the other: four bytes of length, then the
message, compressed with zstd. `upload` takes whole messages from where it was, so that nothing waits until a file is full, and
stores them as they are: `<prefix>/2026/11/26/<collector>-<file>-<offset>.otlp.zst.frames`. `load` sends a day's messages to a
collector or a store by OTLP over HTTP. `lifecycle` sets the rules by which the bucket moves and deletes days.

What is uploaded twice after a crash has the same name both times, and a store that gets a span twice shows it once.
"""

import argparse
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import signal
import struct
import sys
import threading
import time
import urllib.request

import boto3
import botocore.config
import zstandard

LENGTH = struct.Struct(">I")
# What zstd begins each message with.
MAGIC = b"\x28\xb5\x2f\xfd"
# No message of a collector is larger.
LARGEST_MESSAGE = 256 << 20
# A file is read in pieces of this size, so that the uploader needs little memory however much waits for it.
OBJECT_SIZE = 16 << 20


def messages(data):
    """Where whole messages lie, and how many bytes that takes; what a collector is still writing is left.

    A collector that was killed, or whose disk was full, leaves a part of a message, and others after it: the next beginning counts.
    """
    found, at = [], 0
    while len(data) - at >= LENGTH.size + len(MAGIC):
        (length,) = LENGTH.unpack_from(data, at)
        start = at + LENGTH.size
        if length > LARGEST_MESSAGE or not data.startswith(MAGIC, start):
            next_one = data.find(MAGIC, start + 1)
            if next_one < 0:
                break
            at = next_one - LENGTH.size
        elif len(data) - start < length:
            break
        else:
            at = start + length
            found.append((start, at))
    return found, found[-1][1] if found else 0


def identity(file):
    """What tells a file from all others, of whatever name, as soon as it has a message: a digest of the first.

    No number of an inode: another file has it a moment after the first has gone.
    """
    file.seek(0)
    head = file.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    first = file.read(min(LENGTH.unpack(head)[0], 4096))
    return hashlib.sha256(head + first).hexdigest()[:16]


def storage():
    """The client of the object storage that the environment names; credentials are found as all of its programs do."""
    return boto3.client(
        "s3",
        endpoint_url=os.environ.get("ARCHIVE_S3_URL") or None,
        config=botocore.config.Config(retries={"mode": "standard", "max_attempts": 5}),
    )


def bucket_of(client, name):
    try:
        client.head_bucket(Bucket=name)
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        # Without a place it is the region us-east-1, which must not be named.
        region = client.meta.region_name
        client.create_bucket(Bucket=name, **({} if region in (None, "us-east-1") else {"CreateBucketConfiguration": {"LocationConstraint": region}}))
    return name


class Uploader:
    """Remembers for each file how much of it is stored: beside the files, and not by their names, since rotation renames them."""

    def __init__(self, client, bucket, prefix, folder, collector):
        self.client, self.bucket, self.prefix, self.folder, self.collector = client, bucket, prefix, folder, collector
        self.state_path = folder / "uploaded.json"
        self.state = json.loads(self.state_path.read_text()) if self.state_path.exists() else {}

    def upload(self):
        """Stores what is new, and removes rotated files of which everything is stored. Returns the number of bytes."""
        stored, seen = 0, set()
        # A file that the collector has put aside is followed before the one it writes now.
        for path in sorted(self.folder.glob("traces*.pb"), key=lambda path: (path.name == "traces.pb", path.name)):
            with path.open("rb") as file:
                name = identity(file)
                if name is None:
                    continue
                seen.add(name)
                stored += self.upload_rest(file, name)
                whole = self.state.get(name, 0) == os.fstat(file.fileno()).st_size
            if whole and path.name != "traces.pb":
                path.unlink()
                seen.discard(name)
        self.state = {name: at for name, at in self.state.items() if name in seen}
        self.remember()
        return stored

    def upload_rest(self, file, name):
        start = at = self.state.get(name, 0)
        while True:
            file.seek(at)
            data = file.read(OBJECT_SIZE)
            _, length = messages(data)
            if length == 0 and len(data) == OBJECT_SIZE:
                data += file.read(LARGEST_MESSAGE)
                _, length = messages(data)
            if length == 0:
                return at - start
            now = datetime.datetime.now(datetime.timezone.utc)
            key = f"{self.prefix}/{now:%Y/%m/%d}/{self.collector}-{name}-{at:012}.otlp.zst.frames"
            self.client.put_object(Bucket=self.bucket, Key=key, Body=data[:length])
            at += length
            self.state[name] = at
            self.remember()

    def remember(self):
        part = self.state_path.with_suffix(".part")
        part.write_text(json.dumps(self.state))
        part.replace(self.state_path)


def upload(options):
    client = storage()
    uploader = Uploader(client, bucket_of(client, options.bucket), options.prefix, options.folder, options.collector)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while True:
        try:
            options.folder.mkdir(parents=True, exist_ok=True)
            stored = uploader.upload()
            print(json.dumps({"stored_bytes": stored}), flush=True)
        except Exception as error:  # Storage that is away is tried again; the files wait.
            if not options.every:
                raise
            print(f"nothing stored, tried again in {options.every} s: {error}", file=sys.stderr, flush=True)
        if not options.every or ended.is_set():
            return
        ended.wait(options.every)


def load(options):
    client = storage()
    day = datetime.date.fromisoformat(options.day)
    decompressor = zstandard.ZstdDecompressor()
    sent = broken = 0
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=options.bucket, Prefix=f"{options.prefix}/{day:%Y/%m/%d}/")
    for page in pages:
        for item in page.get("Contents", []):
            data = client.get_object(Bucket=options.bucket, Key=item["Key"])["Body"].read()
            found, length = messages(data)
            if length != len(data):
                sys.exit(f"{item['Key']} ends within a message")
            for start, end in found:
                try:
                    message = decompressor.decompress(data[start:end], max_output_size=LARGEST_MESSAGE)
                except zstandard.ZstdError as error:
                    print(f"{item['Key']} has a part of a message at {start}: {error}", file=sys.stderr, flush=True)
                    broken += 1
                    continue
                send(options.otlp, message)
                sent += 1
    print(json.dumps({"sent_messages": sent, "broken_messages": broken}))


def send(url, body, patience=60):
    """Sends a message until it is taken; a collector that is full says so, and is asked again."""
    request = urllib.request.Request(f"{url.rstrip('/')}/v1/traces", body, {"content-type": "application/x-protobuf"})
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                response.read()
            return
        except (OSError, http.client.HTTPException) as error:
            if getattr(error, "code", 503) not in (429, 502, 503, 504) or time.monotonic() > deadline:
                raise
            time.sleep(1)


def lifecycle(options):
    rules = json.loads((pathlib.Path(__file__).parent / "lifecycle.json").read_text())
    for rule in rules["Rules"]:
        rule["Filter"]["Prefix"] = f"{options.prefix}/"
    client = storage()
    client.put_bucket_lifecycle_configuration(Bucket=bucket_of(client, options.bucket), LifecycleConfiguration=rules)
    print(json.dumps(client.get_bucket_lifecycle_configuration(Bucket=options.bucket)["Rules"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bucket", default=os.environ.get("ARCHIVE_BUCKET", "traces"))
    parser.add_argument("--prefix", default=os.environ.get("ARCHIVE_PREFIX", "traces"))
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("upload", help="bring what the collector has written to the bucket")
    command.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(os.environ.get("ARCHIVE_DIR", "/var/lib/otelcol/archive")))
    command.add_argument("--collector", default=os.environ.get("HOSTNAME", "collector"), help="whose files these are: a part of each object's name")
    command.add_argument("--every", type=float, default=0, metavar="SECONDS", help="go on, until a signal; once without it")
    command.set_defaults(run=upload)
    command = commands.add_parser("load", help="send a day to a store again")
    command.add_argument("day", help="such as 2026-11-26 (UTC), when the traces arrived")
    command.add_argument("--otlp", default="http://localhost:4318", metavar="URL", help="an OTLP/HTTP receiver")
    command.set_defaults(run=load)
    command = commands.add_parser("lifecycle", help="set the bucket's rules from lifecycle.json")
    command.set_defaults(run=lifecycle)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
