"""The hub beside Mosquitto, under the same load generator."""
import resource
import time

from figures import Measured, alternated, figure, medians, of


def _both(bench, devices=200):
    """Kept up for all figures that load them; those that look at memory start their own."""
    if "both" not in bench.shared:
        bench.shared["both"] = bench.kept(bench.hub(devices), bench.peer())
    return bench.shared["both"]


def _load(bench, what, **options):
    hub, peer = _both(bench)
    return alternated(bench.pairs, lambda: bench.client(what, hub, **options), lambda: bench.client(what, peer, **options))


def _publish(bench, **options):
    pairs = _load(bench, "publish", connections=10, seconds=bench.scaled(2, 0.1), **options)
    return pairs, medians(pairs, "rate", "p50_us", "p99_us", "server_cpu_us", "client_cpu_us")


@figure("publish/tls-20-in-flight", "msg/s", "Mosquitto", at_least=8)
def publish_tls_20(bench):
    pairs, details = _publish(bench, in_flight=20)
    return Measured(of(pairs, "rate"), details)


@figure("publish/tls-1-in-flight", "msg/s", "Mosquitto", at_least=1.2)
def publish_tls_1(bench):
    pairs, details = _publish(bench, in_flight=1)
    bench.shared["one in flight"] = pairs
    return Measured(of(pairs, "rate"), details)


@figure("publish/tls-1-in-flight-p99", "us", "Mosquitto", at_most=1)
def publish_tls_1_p99(bench):
    pairs = bench.shared.get("one in flight") or _publish(bench, in_flight=1)[0]
    return Measured(of(pairs, "p99_us"))


@figure("publish/wss-20-in-flight", "msg/s", "Mosquitto", at_least=4)
def publish_wss_20(bench):
    pairs, details = _publish(bench, in_flight=20, wss=True)
    return Measured(of(pairs, "rate"), details)


def _connect(bench, **options):
    pairs = _load(bench, "connect", at_once=8, seconds=bench.scaled(2, 0.2), **options)
    return pairs, medians(pairs, "rate", "p50_us", "p99_us", "server_cpu_us", "client_cpu_us", "reused")


@figure("connect/full", "conn/s", "Mosquitto", at_least=1)
def connect_full(bench):
    pairs, details = _connect(bench)
    return Measured(of(pairs, "rate"), details)


def _resumed(bench, version):
    """Of the hub alone: resumed over full; beside it what Mosquitto does of the resumed ones."""
    hub, peer = _both(bench)
    options = {"at_once": 8, "seconds": bench.scaled(2, 0.2), "tls": version}
    pairs = alternated(bench.pairs, lambda: bench.client("connect", hub, resume=True, **options), lambda: bench.client("connect", hub, **options))
    if min(ours["reused"] for ours, _ in pairs) < 0.5:
        return Measured(of(pairs, "rate"), note="the hub resumes no sessions")
    theirs = bench.client("connect", peer, resume=True, **options)
    return Measured(of(pairs, "rate"), {"mosquitto_resumed_rate": theirs["rate"], "mosquitto_reused": theirs["reused"]})


@figure("connect/resumed-tls-1.2", "conn/s", "full, same hub", at_least=3.5)
def connect_resumed_12(bench):
    return _resumed(bench, "1.2")


@figure("connect/resumed-tls-1.3", "conn/s", "full, same hub")
def connect_resumed_13(bench):
    return _resumed(bench, "1.3")


def memory_of_a_connection(bench, start, connections, wss):
    """Of a server that was just started: from a tenth of its connections to all, so that what its start left free does not count."""
    few = connections // 10
    with start(connections) as server, bench.idle(server, few, wss=wss):
        before = server.memory()
        with bench.idle(server, connections - few, first=few, wss=wss):
            return {"kib": (server.memory() - before) / (connections - few) / 1024}


def _memory(bench, wss):
    connections = bench.scaled(10_000, 50)
    pairs = alternated(1, lambda: memory_of_a_connection(bench, bench.hub, connections, wss),
                       lambda: memory_of_a_connection(bench, bench.peer, connections, wss))
    return Measured(of(pairs, "kib"), {"connections": connections})


@figure("memory/idle-tls", "KiB", "Mosquitto", at_most=1.2)
def memory_tls(bench):
    return _memory(bench, False)


@figure("memory/idle-wss", "KiB", "Mosquitto", at_most=2)
def memory_wss(bench):
    return _memory(bench, True)


@figure("cpu/idle-keep-alive-60", "% of a core", "Mosquitto", at_most=1.2)
def cpu_idle(bench):
    # Each has a descriptor at the server and one at the client.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100
    connections, seconds = min(bench.scaled(20_000, 50), most), bench.scaled(20, 1)

    def share(start):
        with start(connections) as server, bench.idle(server, connections, keep_alive=60):
            time.sleep(bench.scaled(2, 0))
            began, used = time.monotonic(), server.processor_time()
            time.sleep(seconds)
            return {"share": 100 * (server.processor_time() - used) / (time.monotonic() - began)}
    pairs = alternated(1, lambda: share(bench.hub), lambda: share(bench.peer))
    return Measured(of(pairs, "share"), {"connections": connections, "seconds": seconds})


def _requests(bench, what, devices, part):
    if (what, devices) not in bench.shared:
        bench.shared[what, devices] = _ask(bench, what, devices)
    pairs = bench.shared[what, devices]
    return Measured(of(pairs, part), medians(pairs, "p50_us", "p99_us", "rate", "server_cpu_us"))


def _ask(bench, what, devices):
    hub, _ = _both(bench)
    count = bench.scaled(4000, 40)
    service = {"https_port": hub.wss_port, "policy": hub.service["SharedAccessKeyName"], "policy_key": hub.service["SharedAccessKey"]}
    return alternated(bench.pairs, lambda: bench.client(what, hub, connections=devices, count=count, **service),
                      lambda: bench.client("round_trip", hub, connections=devices, count=count))


for _what in ("twin", "method"):
    for _devices in (1, 100):
        for _part in ("p50", "p99"):
            figure(f"latency/{_what}-{_devices}-{_part}", "us", "QoS 1 round trip")(
                lambda bench, what=_what, devices=_devices, part=_part: _requests(bench, what, devices, f"{part}_us"))
