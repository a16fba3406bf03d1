"""The suite beside the handshakes that it makes."""
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import time

from figures import Measured, figure
from servers import Failed

ONE_CASE = "reported/patch-is-answered-204 [transport=tls, identity=device, auth=sas]"


class _Sleep(threading.Thread):
    """How often none of a process's threads ran or was ready to: looked at every few milliseconds."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.looks, self.asleep, self.over = pid, 0, 0, False

    def run(self):
        while not self.over:
            states = []
            for task in pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat"):
                try:
                    states.append(task.read_text().rpartition(")")[2].split()[0])
                except (OSError, IndexError):
                    pass  # the thread has ended
            if states:
                self.looks += 1
                self.asleep += not any(state in "RD" for state in states)
            time.sleep(0.003)

    def share(self):
        self.over = True
        self.join()
        return self.asleep / self.looks if self.looks else 0.0


def _run(bench, *arguments, preload=True, looked_at=False):
    """hubspec run: wall, processor time of all its threads, the handshakes that it made; the share asleep where it is looked at,
    which takes time from it."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        counted = pathlib.Path(folder, "handshakes")
        environment = {**bench.environment, "BENCH_HANDSHAKES": str(counted)}
        if preload:
            environment["LD_PRELOAD"] = str(bench.build / "bin" / "libcount_handshakes.so")
        began = time.clock_gettime(time.CLOCK_MONOTONIC)
        process = subprocess.Popen([bench.hubspec, "run", "-q", *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        sleep = _Sleep(process.pid)
        if looked_at:
            sleep.start()
        said = process.stdout.read().decode(errors="replace")
        _, status, used = os.wait4(process.pid, 0)
        wall = time.clock_gettime(time.CLOCK_MONOTONIC) - began
        process.returncode = os.waitstatus_to_exitcode(status)
        asleep = sleep.share() if looked_at else None
        if process.returncode != 0:
            raise Failed(f"hubspec run ended with {process.returncode}: {said.strip().splitlines()[-1:]}")
        cases = int(re.search(r"^(\d+) cases? against", said, re.MULTILINE)[1])
        run = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "asleep": asleep, "cases": cases}
        if preload:
            counts = dict(line.split(maxsplit=1) for line in counted.read_text().splitlines())
            run["handshakes"] = {version: tuple(map(int, counts[version].split())) for version in ("1.2", "1.3")}
            run["first packet"] = float(counts["first"]) - began
        return run


def _floor(bench, handshakes):
    """Seconds that as many bare handshakes take, on all cores."""
    seconds = 0.0
    for version, (full, resumed) in handshakes.items():
        if full + resumed:
            seconds += bench.client("handshakes", count=full, resumed=resumed, at_once=os.cpu_count(), tls=version,
                                    certificate=bench.pki / "server.pem", key_file=bench.pki / "server.key.pem")["seconds"]
    return seconds


def _selection(bench):
    return bench.scaled([], ["--match", "reported/*"])


def _suite(bench):
    if "suite" not in bench.shared:
        pairs = []
        for _ in range(bench.pairs):
            run = _run(bench, *_selection(bench))
            pairs.append((run, _floor(bench, run["handshakes"])))
        bench.shared["suite"] = pairs
    return bench.shared["suite"]


@figure("suite/wall-over-handshakes", "s", "bare handshakes", at_most=2)
def suite_wall(bench):
    pairs = _suite(bench)
    run = pairs[0][0]
    return Measured([(run["wall"], floor) for run, floor in pairs],
                    {"cases": run["cases"], "handshakes": run["handshakes"], "cpu": statistics.median(run["cpu"] for run, _ in pairs)})


@figure("suite/asleep", "% of wall", "0", at_most=1)
def suite_asleep(bench):
    pairs = _suite(bench)
    asleep = [_run(bench, *_selection(bench), looked_at=True)["asleep"] for _ in range(bench.pairs)]
    cores = os.cpu_count()
    idle = statistics.median(100 * (1 - run["cpu"] / (run["wall"] * cores)) for run, _ in pairs)
    return Measured([(100 * share, 1) for share in asleep], {"cores_idle_percent": idle},
                    note="looks at which no thread ran or was ready to run; in percent over an aim of 0 to 1")


@figure("suite/cases-over-h2spec", "cases/s", "h2spec, scaled", at_least=5)
def suite_cases(bench):
    # h2spec on TLS did 59 cases a second where one core did 800 full handshakes a second.
    pairs = []
    for run, _ in _suite(bench):
        full = bench.client("handshakes", count=bench.scaled(400, 40), at_once=1, tls="1.2", certificate=bench.pki / "server.pem",
                            key_file=bench.pki / "server.key.pem")
        pairs.append((run["cases"] / run["wall"], 59 * full["full"] / full["seconds"] / 800))
    return Measured(pairs, note="no h2spec here: its 59 cases/s, scaled by the handshakes of one core over the 800/s beside which they were measured")


@figure("start/one-scenario-over-handshake", "ms more", "1 ms", at_most=60)
def one_scenario(bench):
    pairs = []
    for _ in range(max(3, bench.pairs)):
        run = _run(bench, "--match", ONE_CASE, preload=False)
        floor = bench.client("handshakes", count=50, at_once=1, certificate=bench.pki / "server.pem", key_file=bench.pki / "server.key.pem")
        pairs.append((1000 * (run["wall"] - floor["seconds"] / floor["full"]), 1))
    return Measured(pairs, note="from the start of the process to its end, less one handshake")


@figure("start/first-packet", "ms", "1 ms", at_most=60)
def first_packet(bench):
    pairs = [(1000 * _run(bench, "--match", ONE_CASE)["first packet"], 1) for _ in range(max(3, bench.pairs))]
    return Measured(pairs, note="from the start of the process to the first byte that it hands to TLS: CONNECT")
