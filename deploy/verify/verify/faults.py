"""The collector ends, is killed, and the store behind it is away, each under load: what is lost, and who tells of it."""

import signal
import threading
import time

from .flow import balances
from .otlp import Receiver
from .platform import Load, Platform
from .programs import Collector

TITLE = "Faults under load"
WAIT = 2.0
# The longest pause between two attempts of the collector: `max_interval`, and half of it at random.
RETRY = 15.0


def run(report, request_flow, folder):
    ended(report, request_flow, folder / "ended")
    killed(report, request_flow, folder / "killed")
    store_away(report, request_flow, folder / "store-away")


class Scene:
    """Services, collector and store under load; `meanwhile` happens in the middle of it."""

    def __init__(self, request_flow, folder, meanwhile):
        self.standard, self.errors = Receiver(), Receiver()
        self.collector = Collector("collector", ["sample.yaml"], folder, JAEGER_STANDARD=self.standard.endpoint, JAEGER_ERRORS=self.errors.endpoint, DECISION_WAIT=f"{WAIT:.0f}s")
        self.front = Receiver(f"127.0.0.1:{self.collector.grpc}")
        self.platform = Platform(request_flow, folder, f"http://{self.front.endpoint}")
        self.load = Load(self.platform.gateway, threads=4, pause=0.01)
        time.sleep(3)
        meanwhile(self)
        time.sleep(3)
        self.load.end()
        self.accounts = self.platform.stop()
        self.taken = set(self.front.all())
        self.standard.settled(quiet=WAIT + RETRY + 3, complete=lambda: self.taken <= set(self.standard.all()))
        self.stored = set(self.standard.all())
        self.collector.stop()
        for each in (self.front, self.standard, self.errors):
            each.stop()

    @property
    def kept(self):
        return sum(account["ended"] - account["discarded"] for account in self.accounts.values())

    def by_the_account(self, *parts):
        return sum(account[part] for account in self.accounts.values() for part in parts)


def tell(report, scene, what):
    balances(report, scene.accounts)
    given_up = scene.by_the_account("dropped", "rejected", "failed", "in_doubt")
    report.check(f"{what}: what services gave up is in their account", scene.kept - given_up == scene.by_the_account("acknowledged"), f"{given_up} of {scene.kept} spans")
    report.check(f"{what}: no request failed for it", scene.load.failed == sum(number % 20 == 7 for number in range(scene.load.sent)), f"{scene.load.sent} requests")
    return given_up


def restarted(how, request_flow, folder):
    """The collector ends by a signal in the middle of it, and starts two seconds later. Returns when it ended, too."""
    at = []

    def meanwhile(scene):
        at.append(time.monotonic())
        scene.collector.stop(how)
        time.sleep(2)
        scene.collector.start()

    return Scene(request_flow, folder, meanwhile), at[0]


def ended(report, request_flow, folder):
    scene, _ = restarted(signal.SIGTERM, request_flow, folder)
    tell(report, scene, "collector ended and started")
    lost = scene.taken - scene.stored
    report.check("collector ended and started: nothing that it took is lost", not lost, f"{len(lost)} of {len(scene.taken)} spans")


def killed(report, request_flow, folder):
    scene, at = restarted(signal.SIGKILL, request_flow, folder)
    tell(report, scene, "collector killed and started")
    lost = scene.taken - scene.stored
    # What it held in memory: traces that it had not decided, and what had not been brought to the queue on disk.
    window = {span for moment, spans in scene.front.taken if at - (WAIT + 3) <= moment <= at + 0.5 for span in spans}
    # A trace is held from its first span on.
    held = {trace for trace, _ in window}
    report.check("collector killed and started: only what it had not decided is lost", all(trace in held for trace, _ in lost), f"{len(lost)} of {len(scene.taken)} spans; {len(window)} came within the wait for a decision")


def store_away(report, request_flow, folder):
    def meanwhile(scene):
        scene.standard.stop()
        time.sleep(4)
        waiting = scene.collector.metric("otelcol_exporter_queue_size")
        report.check("store away: the collector's queue on disk holds what comes", waiting > 0, f"{waiting:.0f} bytes")
        threading.Thread(target=scene.standard.start).start()

    scene = Scene(request_flow, folder, meanwhile)
    given_up = tell(report, scene, "store away")
    lost = scene.taken - scene.stored
    report.check("store away: nothing is lost", not lost and not given_up, f"{len(lost)} of {len(scene.taken)} spans")
