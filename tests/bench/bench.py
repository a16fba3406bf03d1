#!/usr/bin/python3
"""Measures hubspec against peers and floors in the same run, and prints ratios. tools/bench builds what it needs and runs it."""
import argparse
import datetime
import fnmatch
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

import figures
import hub_figures  # noqa: F401  each declares its figures, in the order of the table
import suite_figures  # noqa: F401
import actor_figures  # noqa: F401
import growth_figures  # noqa: F401
import fleet_figures  # noqa: F401
import hostile_figures  # noqa: F401
from servers import Bench, Failed, Mosquitto, raise_file_limit


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures hubspec against peers and floors in the same run.")
    parser.add_argument("--match", action="append", metavar="PATTERN", help="only figures whose name matches, such as 'publish/*'; repeatable")
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="so many alternated pairs of each (default 5)")
    parser.add_argument("--quick", action="store_true", help="tiny counts: shows that it works, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="write all figures; '-' is standard output")
    parser.add_argument("--list", action="store_true", help="name the figures and their aims, measure nothing")
    parser.add_argument("--build", default=pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "release", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.pairs < 1:
        parser.error("--pairs takes at least 1")
    return given


def output_of(*command, folder=None):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine(bench):
    processor = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return {
        "hubspec": output_of(bench.hubspec, "--version"),
        "revision": output_of("git", "rev-parse", "HEAD", folder=bench.root),
        "modified": output_of("git", "status", "--porcelain", "--untracked-files=no", folder=bench.root) != "",
        "mosquitto": output_of("dpkg-query", "-W", "-f", "${Version}", "mosquitto") or ("present" if os.access(Mosquitto.program, os.X_OK) else "absent"),
        "openssl": output_of("openssl", "version"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": processor,
        "cores": os.cpu_count(),
        "loadAverage": list(os.getloadavg()),
        "startedAt": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def measured(bench, one):
    """The figure as JSON has it; `problem` says why there is none."""
    result = {"name": one.name, "unit": one.unit, "against": one.against, "atLeast": one.aim.at_least, "atMost": one.aim.at_most}
    began = time.monotonic()
    try:
        found = one.measure(bench)
        result.update(ours=found.ours, theirs=found.theirs, ratio=found.ratio, holds=one.aim.holds(found.ratio), pairs=found.pairs,
                      details=found.details, note=found.note, problem=None)
    except Failed as problem:
        result.update(ours=None, theirs=None, ratio=None, holds=None, pairs=[], details={}, note="", problem=str(problem))
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


def short(number):
    return "-" if number is None else f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def verdict(result):
    if result["problem"]:
        return result["problem"]
    if result["atLeast"] is None and result["atMost"] is None:
        return ""
    return "held" if result["holds"] else "MISSED"


def say(result, aim, table):
    print(f"{result['name']:<36} {short(result['ours']):>9} {short(result['theirs']):>9} {result['unit']:<12} {result['against']:<18} "
          f"{short(result['ratio']):>8}  {aim!s:<7} {verdict(result)}", flush=True, file=table)


def main():
    given = arguments()
    chosen = [one for one in figures.ALL if not given.match or any(fnmatch.fnmatchcase(one.name, pattern) for pattern in given.match)]
    if not chosen:
        print(f"tools/bench: no figure is called {', '.join(given.match)}; --list names them", file=sys.stderr)
        return 4
    if given.list:
        for one in chosen:
            print(f"{one.name:<36} {one.unit} against {one.against} {one.aim}")
        return 0
    raise_file_limit()
    # What was started ends with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    table = sys.stderr if given.json == "-" else sys.stdout
    bench = Bench(given.build, given.pairs, given.quick)
    try:
        facts = machine(bench)
        print(f"{'figure':<36} {'ours':>9} {'theirs':>9} {'unit':<12} {'against':<18} {'ratio':>8}  aim", file=table)
        results = []
        for one in chosen:
            results.append(measured(bench, one))
            say(results[-1], one.aim, table)
        facts["loadAverageAfter"] = list(os.getloadavg())
        document = {"format": "hubspec-bench", "version": 1, "quick": given.quick, "pairs": given.pairs, "machine": facts, "figures": results}
        if given.json:
            text = json.dumps(document, indent=1) + "\n"
            if given.json == "-":
                print(text, end="")
            else:
                pathlib.Path(given.json).write_text(text)
    finally:
        bench.close()
    return 2 if any(one["problem"] for one in results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
