"""What an honest client notices while others attack the hub."""
import contextlib
import os
import subprocess
import sys

from attacks import KINDS
from figures import Measured, alternated, figure, medians, of
from servers import HOST_NAME, KEY, Failed

FACTOR, FACTOR_OF_A_FLOOD = 10, 20  # what the README states


@contextlib.contextmanager
def _attack(bench, hub, kind):
    """Goes on for as long as the block lasts. On few cores it takes time from those that it attacks as well: it gives way."""
    program = bench.root / "tests" / "bench" / "attacks.py"
    process = subprocess.Popen([sys.executable, program, kind, str(hub.port), str(hub.wss_port), bench.pki / "ca.pem", KEY, HOST_NAME],
                               text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: os.nice(0 if bench.quick else 19))
    if process.stdout.readline() != "on\n":
        raise Failed(process.communicate()[1].strip().splitlines()[-1])
    rounds = []
    try:
        yield rounds
    finally:
        rounds.append(int(process.communicate()[0] or 0))


@contextlib.contextmanager
def _connecting(bench, hub):
    """As many new connections as the hub takes."""
    seconds = bench.scaled(3, 1)
    client = bench.start_client("connect", hub, at_once=32, first=100, seconds=seconds)
    if not bench.quick:
        os.setpriority(os.PRIO_PROCESS, client.pid, 19)
    rounds = []
    yield rounds
    rounds.append(bench.result(client)["connections"])


@contextlib.contextmanager
def _many_connections(bench, hub):
    count = bench.scaled(5000, 20)
    with bench.idle(hub, count, first=200):
        yield [count]


def _honest(bench, hub):
    return bench.client("publish", hub, connections=10, in_flight=1, seconds=bench.scaled(2, 0.1))


def _under(bench, hub, attack):
    with attack as rounds:
        told = _honest(bench, hub)
    return {**told, "rounds": rounds[0]}


def _declare(name, attack, factor=FACTOR):
    @figure(f"hostile/{name}", "us", "the same alone", at_most=factor)
    def measure(bench):
        with bench.hub(bench.scaled(5200, 220)) as hub:
            pairs = alternated(bench.pairs, lambda: _under(bench, hub, attack(bench, hub)), lambda: _honest(bench, hub))
        if not all(ours["rounds"] for ours, _ in pairs):
            raise Failed("the attack did not take place")
        return Measured(of(pairs, "p99_us"), {**medians(pairs, "rate", "p50_us"), "rounds": sum(ours["rounds"] for ours, _ in pairs)})


for _kind in KINDS:
    _declare(_kind, lambda bench, hub, kind=_kind: _attack(bench, hub, kind))
_declare("connect-flood", _connecting, FACTOR_OF_A_FLOOD)
_declare("many-connections", _many_connections)
