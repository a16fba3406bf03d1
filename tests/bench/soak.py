#!/usr/bin/python3
"""A fleet at the reference hub for very many virtual days: it connects, sends, reads twins, renews its tokens, is throttled and loses
connections, while the hub's clock is moved on by hours. Every message that was acknowledged is counted; memory and handles of the hub
are to stay as they are, and its clock where it belongs.
usage: soak.py [--minutes N] [--devices N] [--build FOLDER]
"""
import argparse
import asyncio
import calendar
import contextlib
import json
import os
import pathlib
import random
import ssl
import sys
import time

from servers import HOST_NAME, KEY, PREFIX, Bench, raise_file_limit
from wire import connect, packet, sas, text

HOUR = 3600
FILTERS = "$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#"


class Clock:
    """The hub's, as this side reckons it."""
    ahead = 0.0

    def now(self):
        return time.time() + self.ahead


class Device:
    def __init__(self, soak, number):
        self.soak, self.number, self.name = soak, number, f"{PREFIX}{number}"
        self.reader = self.writer = None
        self.packet_id = 0

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.soak.hub.port, ssl=self.soak.tls, server_hostname=HOST_NAME)
        expiry = self.soak.clock.now() + random.uniform(0.5, 3) * HOUR
        # Of half of them the token ends the connection, of the others their silence.
        hello = connect(HOST_NAME, self.name, KEY, expiry, keep_alive=240 * (self.number % 2))
        self.writer.write(hello + packet(0x82, b"\x00\x01" + b"".join(text(one) + b"\x00" for one in FILTERS)))
        await self.until(0x20)
        await self.until(0x90)
        self.soak.connects += 1

    async def until(self, first):
        """The next packet of that type; others pass."""
        while True:
            head = await self.reader.readexactly(2)
            length, shift = head[1] & 0x7f, 7
            more = head[1] & 0x80
            while more:
                byte = (await self.reader.readexactly(1))[0]
                length, shift, more = length | (byte & 0x7f) << shift, shift + 7, byte & 0x80
            body = await self.reader.readexactly(length)
            if head[0] & 0xf0 == first:
                return body

    async def live(self):
        """What it does in an hour; whatever ends its connection, it comes back."""
        try:
            if self.writer is None:
                await self.connect()
            for _ in range(3):
                self.packet_id = self.packet_id % 65535 + 1
                number = self.packet_id.to_bytes(2, "big")
                self.writer.write(packet(0x32, text(f"devices/{self.name}/messages/events/") + number + b"x" * 100))
                if await self.until(0x40) != number:
                    raise RuntimeError("a PUBACK for another message")
                self.soak.acknowledged += 1
            if random.random() < 0.2:
                reported = json.dumps({"at": int(self.soak.clock.now())}).encode()
                self.writer.write(packet(0x30, text("$iothub/twin/PATCH/properties/reported/?$rid=1") + reported))
                await self.until(0x30)
            if random.random() < 0.1:
                self.writer.transport.abort()
                self.writer = None
        except (OSError, EOFError, asyncio.IncompleteReadError, ssl.SSLError):
            self.soak.lost += 1
            if self.writer:
                self.writer.transport.abort()
            self.writer = None


class Soak:
    def __init__(self, bench, hub, devices):
        self.hub, self.clock = hub, Clock()
        self.tls = ssl.create_default_context(cafile=bench.pki / "ca.pem")
        self.devices = [Device(self, i) for i in range(devices)]
        self.connects = self.acknowledged = self.lost = self.throttled = 0

    async def ask(self, method, path, body=None):
        key, policy = self.hub.service["SharedAccessKey"], self.hub.service["SharedAccessKeyName"]
        payload = b"" if body is None else json.dumps(body).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.hub.wss_port, ssl=self.tls, server_hostname=HOST_NAME)
        writer.write((f"{method} {path}?api-version=2021-04-12 HTTP/1.1\r\nHost: {HOST_NAME}\r\nConnection: close\r\nContent-Type: application/json\r\n"
                      f"Authorization: {sas(HOST_NAME, key, self.clock.now() + HOUR, policy)}\r\nContent-Length: {len(payload)}\r\n\r\n").encode() + payload)
        answer = b""
        with contextlib.suppress(ssl.SSLError):
            answer = await reader.read(-1)
        writer.transport.abort()
        head, _, rest = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), rest

    async def must(self, method, path, body=None):
        status, answer = await self.ask(method, path, body)
        if status not in (200, 204):
            raise RuntimeError(f"{method} {path}: {status} {answer[:200]}")
        return answer

    async def hour(self, number):
        throttles = number % 24 == 12
        if throttles:
            await self.must("PUT", "/_hubspec/limits", {"telemetry_per_second": 100, "twin_updates_per_second": 1})
        await asyncio.gather(*(device.live() for device in self.devices))
        if throttles:
            await self.must("PUT", "/_hubspec/limits", {"telemetry_per_second": None, "twin_updates_per_second": None})
            self.throttled += 1
        if number % 6 == 0:
            device = random.choice(self.devices).name
            await self.must("PATCH", f"/twins/{device}", {"properties": {"desired": {"hour": number}}})
        await self.must("POST", "/_hubspec/clock", {"advanceMs": HOUR * 1000})
        self.clock.ahead += HOUR

    async def drift(self):
        """Seconds between the hub's clock and where it should be."""
        body = await self.must("POST", "/_hubspec/clock", {"advanceMs": 0})
        utc = json.loads(body)["utc"]
        shown = time.strptime(utc[:19], "%Y-%m-%dT%H:%M:%S")
        return abs(calendar.timegm(shown) + float("0" + utc[19:].rstrip("Z") or 0) - self.clock.now())

    def size(self):
        return {"memory_kib": self.hub.memory() // 1024, "handles": len(os.listdir(f"/proc/{self.hub.pid}/fd")),
                "threads": len(os.listdir(f"/proc/{self.hub.pid}/task"))}

    async def run(self, seconds):
        began, hours, sizes = time.monotonic(), 0, []
        while time.monotonic() - began < seconds or hours < 48:
            await self.hour(hours)
            hours += 1
            if hours % 24 == 0:
                sizes.append(self.size())
        early, late = sizes[len(sizes) // 4], sizes[-1]
        return {"seconds": round(time.monotonic() - began), "virtual_days": hours // 24, "devices": len(self.devices), "connects": self.connects,
                "connections_lost": self.lost, "messages": self.acknowledged, "times_throttled": self.throttled, "early": early, "late": late,
                "memory_ratio": round(late["memory_kib"] / early["memory_kib"], 3), "drift_seconds": round(await self.drift(), 3)}


def main():
    parser = argparse.ArgumentParser(description="A fleet at the reference hub for very many virtual days.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--build", default=pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "release")
    given = parser.parse_args()
    raise_file_limit()
    bench = Bench(given.build, 1, False)
    try:
        with bench.hub(given.devices) as hub:
            found = asyncio.run(Soak(bench, hub, given.devices).run(given.minutes * 60))
    finally:
        bench.close()
    print(json.dumps(found, indent=1))
    flat = found["memory_ratio"] <= 1.1 and abs(found["late"]["handles"] - found["early"]["handles"]) <= given.devices and found["drift_seconds"] < 2
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
