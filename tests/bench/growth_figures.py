"""How things grow: a run of very many cases, the merge of its results, the build."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import threading
import time

from figures import Measured, figure
from servers import Failed

CASE = "reported/patch-is-answered-204 [transport=tls, identity=device, auth=sas]"


def _memory_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise Failed("the kernel does not tell the memory of a process")


class _Follow(threading.Thread):
    """Counts the cases as their events come through a pipe, and looks at the memory at each quarter."""

    def __init__(self, path, pid, cases):
        super().__init__(daemon=True)
        self.path, self.pid, self.cases = path, pid, cases
        self.memory, self.seen_at = {}, []

    def run(self):
        finished = 0
        with open(self.path, "rb") as events:
            for line in events:
                if not line.startswith(b'{"event":"case finished"'):
                    continue
                finished += 1
                if finished * 4 % self.cases < 4 and finished * 4 // self.cases not in self.memory:
                    self.memory[finished * 4 // self.cases] = _memory_of(self.pid)
                    self.seen_at.append(time.monotonic())


def _many_cases(bench):
    """hubspec run --repeat, its events read as they come and its results stored."""
    if "many" in bench.shared:
        return bench.shared["many"]
    cases = bench.scaled(100_000, 40)
    pipe, results = bench.folder / "events", bench.folder / "many.json"
    os.mkfifo(pipe)
    process = subprocess.Popen([bench.hubspec, "run", "-q", "--match", CASE, "--repeat", str(cases), "--report", f"ndjson:{pipe}",
                                "--report", f"json:{results}"], env=bench.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    follow = _Follow(pipe, process.pid, cases)
    follow.start()
    said = process.communicate()[1]
    if process.returncode != 0:
        raise Failed(f"hubspec run ended with {process.returncode}: {said.decode(errors='replace').strip()[-200:]}")
    follow.join()
    bench.shared["many"] = {"cases": cases, "memory": follow.memory, "seen_at": follow.seen_at, "results": results}
    return bench.shared["many"]


@figure("growth/memory-of-a-run", "MiB", "at a quarter", at_most=1.2)
def memory_of_a_run(bench):
    run = _many_cases(bench)
    return Measured([(run["memory"][4], run["memory"][1])], {"cases": run["cases"], "mib_at_quarters": run["memory"], "results_mib": run["results"].stat().st_size / 2**20},
                    note="resident memory when all cases have ended, over that when a quarter has")


@figure("growth/last-quarter-of-a-run", "s", "second quarter", at_most=1.3)
def time_of_a_run(bench):
    first, second, third, last = _many_cases(bench)["seen_at"]
    return Measured([(last - third, second - first)], {"seconds_of_quarters": [second - first, third - second, last - third]},
                    note="events are read as they come: results are streamed")


@figure("growth/merge", "s", "half of it, doubled", at_most=1.2)
def merge(bench):
    """The time to merge 2 and 4 files of as many cases."""
    run = _many_cases(bench)
    document = json.loads(run["results"].read_text())
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        files = []
        quarter = max(1, len(document["cases"]) // 4)
        for i in range(4):
            part = {**document, "cases": document["cases"][i * quarter:(i + 1) * quarter]}
            files.append(pathlib.Path(folder, f"{i}.json"))
            files[-1].write_text(json.dumps(part, indent=1))
        took = {}
        for count in (1, 2, 4):
            began = time.monotonic()
            subprocess.run([bench.hubspec, "report", *files[:count], "--report", f"json:{folder}/all.json"], env=bench.environment, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took[count] = time.monotonic() - began
    return Measured([(took[4], 2 * took[2])], {"cases_of_a_file": quarter, "seconds_by_files": took})


def _slowest_units(build, count):
    """Commands of the translation units that took longest when they were last built."""
    took = {}
    for line in (build / ".ninja_log").read_text().splitlines()[1:]:
        begin, end, _, output, _ = line.split("\t")
        took[output] = int(end) - int(begin)
    commands = {}
    for one in json.loads((build / "compile_commands.json").read_text()):
        commands[one["output"]] = one
    known = sorted((output for output in took if output in commands), key=took.get, reverse=True)
    return [commands[output] for output in known[:count]]


def _compile(command):
    """Processor seconds of the compiler alone, so that others' work on this machine does not count."""
    arguments = [word for word in shlex.split(command["command"]) if "ccache" not in word]
    arguments[arguments.index("-o") + 1] = os.devnull
    for option in ("-MF", "-MT"):
        if option in arguments:
            del arguments[arguments.index(option):arguments.index(option) + 2]
    process = subprocess.Popen([word for word in arguments if word != "-MD"], cwd=command["directory"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{command['file']} cannot be compiled alone")
    return used.ru_utime + used.ru_stime


@figure("build/slowest-unit", "s of CPU", "1 s", at_most=30)
def slowest_unit(bench):
    candidates = _slowest_units(bench.build, bench.scaled(4, 1))
    if not candidates:
        raise Failed("this build has no times of its translation units")
    took = {re.sub(r".*/(harness|fixtures|reports|tests)/", r"\1/", one["file"]): _compile(one) for one in candidates}
    return Measured([(max(took.values()), 1)], {"seconds": took}, note="those that took longest in the build, compiled again without a cache")
