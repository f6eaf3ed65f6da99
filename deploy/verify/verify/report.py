"""What is printed: a line for each check as it is made, and what could not be had."""

import os
import re
import subprocess
import time


PROGRAMS = ("collector", "jaeger", "prometheus", "prometheus_debian", "opensearch", "kustomize", "compose")


class Report:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []
        self.started = time.monotonic()

    def part(self, title):
        print(f"\n{title}", flush=True)

    def check(self, what, ok, found=""):
        """Whether `what` holds; `found` is what was seen, in either case."""
        self.passed += bool(ok)
        if not ok:
            self.failed.append(what)
        print(f"  {'ok  ' if ok else 'FAIL'}  {what}{f' · {found}' if found else ''}", flush=True)
        return ok

    def no_errors(self, what, errors, found=""):
        """Whether a list of complaints is empty; the first few are shown."""
        errors = list(errors)
        shown = "; ".join(str(error) for error in errors[:5]) + (f"; and {len(errors) - 5} more" if len(errors) > 5 else "")
        return self.check(what, not errors, shown or found)

    def note(self, what):
        print(f"  ·     {what}", flush=True)

    def skip(self, what, why):
        self.skipped.append(what)
        print(f"  --    {what} · not checked: {why}", flush=True)

    def end(self):
        took = time.monotonic() - self.started
        left = [name for name in PROGRAMS if not program(name)]
        if left and not may_build():
            print(f"\nnot built, and so not run: {', '.join(left)}. deploy/verify/run builds them (some twenty minutes, once) and runs everything.")
        print(f"\ndeploy/verify took {took:.0f} s")
        for what in self.failed:
            print(f"failed: {what}")
        print(f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped", flush=True)
        return 1 if self.failed else 0


def version_of(name):
    """What a program says of its version; one built from a module does not know, and `run` does."""
    answer = subprocess.run([program(name), "--version"], capture_output=True, text=True, timeout=30)
    found = re.search(r"\bv?\d+\.\d+\.\d+", answer.stdout + answer.stderr)
    return found.group(0) if answer.returncode == 0 and found else os.environ.get(f"PHOENIX_VERIFY_{name.upper()}_VERSION", "of unknown version")


def program(name):
    """The path of a program that `run` has brought, or None."""
    return os.environ.get(f"PHOENIX_VERIFY_{name.upper()}")


def may_build():
    return os.environ.get("PHOENIX_VERIFY_BUILD") == "yes"


def wanting(*names):
    """Why what needs these programs is not checked."""
    return f"{', '.join(names)} {'could not be had' if may_build() else 'not built yet'}"
