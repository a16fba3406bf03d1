"""The device actor on Paho, on a machine that is kept busy, and messages to devices by AMQP."""
import os
import statistics

from figures import Measured, alternated, figure


def _actor(bench, hub, what, **options):
    other = bench.folder / "other-ca.pem"
    if not other.exists():
        bench.make_pki(bench.folder / "other")
        other.write_text((bench.folder / "other" / "ca.pem").read_text())
    return bench.program("bench-actor", what, port=hub.port, amqp_port=hub.amqp_port, ca_text=(bench.pki / "ca.pem").read_text(),
                         other_ca=other, policy=hub.service["SharedAccessKeyName"], policy_key=hub.service["SharedAccessKey"], **options)


def _cycles(bench):
    if "cycles" not in bench.shared:
        with bench.hub(2) as hub:
            bench.shared["cycles"] = _actor(bench, hub, "cycles", count=bench.scaled(20_000, 20), busy=os.cpu_count())
    return bench.shared["cycles"]


@figure("actor/slowest-over-median", "us", "median of its kind", at_most=50)
def slowest(bench):
    cycles = _cycles(bench)
    worst = max(cycles.values(), key=lambda one: one["slowest_us"] / one["p50_us"])
    return Measured([(worst["slowest_us"], worst["p50_us"])], cycles)


@figure("actor/slowest", "ms", "100 ms", at_most=1)
def none_over_100_ms(bench):
    return Measured([(max(one["slowest_us"] for one in _cycles(bench).values()) / 1000, 100)])


@figure("actor/false-failures", "of all", "0", at_most=0)
def false_failures(bench):
    with bench.hub(2) as hub:
        found = _actor(bench, hub, "failures", count=bench.scaled(10_000, 10), busy=os.cpu_count())
    wrong = found["false_failures"] + found["false_successes"]
    return Measured([(wrong, 1)], found, note="a bad connection, then a good one; the number of wrong ends")


def _messages(bench, devices):
    with bench.hub(200) as hub:
        count = bench.scaled(2000, 20)
        pairs = alternated(bench.pairs, lambda: _actor(bench, hub, "c2d", count=count, devices=devices)["c2d"],
                           lambda: bench.client("round_trip", hub, connections=devices, count=count))
    return Measured([(a["p50_us"], b["p50_us"]) for a, b in pairs],
                    {"p99_us": {"hub": statistics.median(a["p99_us"] for a, _ in pairs), "peer": statistics.median(b["p99_us"] for _, b in pairs)}},
                    note="by AMQP to Paho; the round trip is of the raw client")


for _devices in (1, 100):
    figure(f"latency/c2d-{_devices}-p50", "us", "QoS 1 round trip")(lambda bench, devices=_devices: _messages(bench, devices))
