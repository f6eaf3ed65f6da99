"""The parts, in order; see `../run` for the arguments."""

import argparse
import os
import pathlib
import sys
import tempfile

from . import archive, bounds, capacity, faults, flow, platform, rates, scale, static, tiers
from .programs import Process
from .report import PROGRAMS, Report, program, version_of, wanting

PARTS = {"flow": flow, "scale": scale, "rates": rates, "tiers": tiers, "faults": faults, "bounds": bounds, "archive": archive, "capacity": capacity}
# The programs that a part cannot do without, where that is not the collector alone.
NEEDED = {"flow": ("collector", "prometheus"), "scale": ("collector", "jaeger", "opensearch"), "rates": (), "bounds": ("collector", "prometheus")}


def main():
    parser = argparse.ArgumentParser(prog="deploy/verify/run")
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--only", action="append", choices=["static", *PARTS])
    parser.add_argument("--keep", action="store_true", help="keep the folder of logs and data")
    options = parser.parse_args()
    wanted = set(options.only or ["static", *PARTS])
    if options.static:
        wanted = {"static"}
    report = Report()
    print("with " + ", ".join(f"{name.replace('_', ' of ')} {version_of(name)}" for name in PROGRAMS if program(name)))
    if "static" in wanted:
        static.run(report)
    parts = [name for name in PARTS if name in wanted]
    missing = {name: [each for each in NEEDED.get(name, ("collector",)) if not program(each)] for name in parts}
    request_flow = None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="phoenix-verify-"))
    for name in parts:
        module = PARTS[name]
        if missing[name]:
            report.part(module.TITLE)
            report.skip("the whole part", wanting(*missing[name]))
            continue
        request_flow = request_flow or platform.build()
        report.part(module.TITLE)
        try:
            module.run(report, request_flow, folder / name)
        except Exception as error:
            report.check(f"{module.TITLE}: the part runs to its end", False, f"{type(error).__name__}: {error} (logs in {folder / name})")
        finally:
            Process.end_all()
    code = report.end()
    if code == 0 and not options.keep:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs: {folder}", file=sys.stderr)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
