"""A fleet: several generators against one hub, to see that costs only add up, and what a million devices would take."""
import contextlib
import os
import statistics

from figures import Measured, figure
from servers import memory_of

DEVICES = 1_000_000
INTERVAL = 60  # seconds between two messages of a device
KEEP_ALIVE = 60
RECONNECT = 600  # seconds in which all devices connect anew
MACHINE = {"cores": 4, "gib": 16, "usd_per_hour": 0.20}


def _idle(bench, generators, each):
    """Memory of one connection, at the hub and at its generator, with so many generators."""
    few, all_of_them = each // 2, (generators + 1) * each
    with bench.hub(all_of_them) as hub, contextlib.ExitStack() as clients:
        clients.enter_context(bench.idle(hub, few, first=generators * each))
        before = hub.memory()
        of_generators = [clients.enter_context(bench.idle(hub, each, first=i * each, keep_alive=KEEP_ALIVE)) for i in range(generators)]
        connections = generators * each
        return {"hub_kib": (hub.memory() - before) / connections / 1024,
                "generator_kib": sum(memory_of(client.pid) for client in of_generators) / connections / 1024}


def _publish(bench, hub, generators):
    """Processor time of one message, at the hub and at its generators, which load it at once."""
    used = hub.processor_time()
    seconds = bench.scaled(3, 0.1)
    clients = [bench.start_client("publish", hub, connections=10, in_flight=5, seconds=seconds, first=10 * i) for i in range(generators)]
    found = [bench.result(client) for client in clients]
    messages = sum(one["messages"] for one in found)
    # The generators warm up for a quarter of their time before they count.
    return {"hub_us": (hub.processor_time() - used) * 1e6 / (messages * 1.25), "rate": sum(one["rate"] for one in found),
            "generator_us": statistics.mean(one["client_cpu_us"] for one in found)}


def _growth(bench, measure, generators, key):
    """With so many generators over one of them."""
    pairs = []
    for _ in range(bench.pairs):
        pairs.append((measure(generators), measure(1)))
    bench.shared.setdefault("fleet", {})[measure.__name__] = pairs[-1][0]
    return Measured([(many[key], one[key]) for many, one in pairs], {"many": pairs[-1][0], "one": pairs[-1][1]})


for _count in (2, 4):
    @figure(f"fleet/message-cost-{_count}-generators", "us of CPU", "one generator", at_most=1.2)
    def message_cost(bench, generators=_count):
        with bench.hub(1000) as hub:
            def publish(count):
                return _publish(bench, hub, count)
            return _growth(bench, publish, generators, "hub_us")

    @figure(f"fleet/memory-{_count}-generators", "KiB", "one generator", at_most=1.2)
    def memory(bench, generators=_count):
        def idle(count):
            return _idle(bench, count, bench.scaled(1000, 20))
        return _growth(bench, idle, generators, "hub_kib")


def _machines(load):
    cores = load["cores"] / MACHINE["cores"]
    memory = load["gib"] / MACHINE["gib"]
    count = max(cores, memory)
    return {**load, "machines": max(1, -(-count // 0.7)), "bound_by": "processors" if cores > memory else "memory",
            "usd_per_hour": max(1, -(-count // 0.7)) * MACHINE["usd_per_hour"]}


def _load(kib, message_us, ping_us, connect_us):
    """What the fleet asks of one side: messages, pings, and all connecting anew."""
    busy = DEVICES * (message_us / INTERVAL + ping_us / KEEP_ALIVE + connect_us / RECONNECT) / 1e6
    return {"cores": round(busy, 2), "gib": round(DEVICES * kib / 2**20, 1)}


@figure("fleet/million", "machines", "1", at_most=None)
def million(bench):
    """From the costs of one device, measured here, to a million of them."""
    with bench.hub(1000) as hub:
        message = _publish(bench, hub, 2)
        connect = bench.client("connect", hub, at_once=8, seconds=bench.scaled(2, 0.2))
    idle = _idle(bench, 2, bench.scaled(1000, 20))
    # A PINGREQ costs no more than a message that is alone on its connection.
    with bench.hub(1000) as hub:
        alone = bench.client("publish", hub, connections=10, in_flight=1, seconds=bench.scaled(2, 0.1))
    hub_side = _machines(_load(idle["hub_kib"], alone["server_cpu_us"], alone["server_cpu_us"], connect["server_cpu_us"]))
    generators = _machines(_load(idle["generator_kib"], alone["client_cpu_us"], alone["client_cpu_us"], connect["client_cpu_us"]))
    details = {"devices": DEVICES, "seconds_between_messages": INTERVAL, "keep_alive": KEEP_ALIVE, "all_reconnect_within": RECONNECT, "machine": MACHINE,
               "cost_of_one": {"hub_kib": idle["hub_kib"], "generator_kib": idle["generator_kib"], "message_us": {"hub": alone["server_cpu_us"], "generator": alone["client_cpu_us"]},
                               "batched_message_us": {"hub": message["hub_us"], "generator": message["generator_us"]},
                               "connect_us": {"hub": connect["server_cpu_us"], "generator": connect["client_cpu_us"]}},
               "hub": hub_side, "generators": generators,
               "source_addresses": -(-DEVICES // 28_000), "descriptors": DEVICES, "cores_here": os.cpu_count()}
    return Measured([(hub_side["machines"] + generators["machines"], 1)], details, note="hubs and generators, at 70 % load")
