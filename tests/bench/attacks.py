#!/usr/bin/python3
"""One client that means no good, for hostile_figures.py: attacks.py KIND PORT WSS_PORT CA KEY HOST_NAME. Says "on" when it
has begun, goes on until its standard input ends, then says how often it was at it."""
import contextlib
import random
import socket
import ssl
import subprocess
import sys
import threading
import time

from wire import connect, packet, text

rounds = 0
over = threading.Event()


def tls(to=None):
    return context.wrap_socket(socket.create_connection(("127.0.0.1", to or port), timeout=10), server_hostname=host_name)


def device(number):
    one = tls()
    one.sendall(connect(host_name, f"bench-{number}", key, time.time() + 3600))
    if one.recv(4) != b"\x20\x02\x00\x00":
        raise OSError("no CONNACK")
    return one


def drip(sockets, data):
    """A byte to each, again and again."""
    global rounds
    while not over.wait(0.02):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.send(data)
                rounds += 1


def again_and_again(attempt):
    global rounds
    while not over.is_set() or not rounds:
        with contextlib.suppress(OSError):
            attempt()
        rounds += 1


def until_closed(one):
    with contextlib.suppress(OSError):
        while one.recv(65536):
            pass
    one.close()


def slow_bytes(begun):
    sockets = [tls() for _ in range(50)]
    for one in sockets:
        one.sendall(b"\x10\xff\x01\x00\x04MQTT\x04\xc2\x00\x00")
    begun()
    drip(sockets, b"x")


def endless_packets(begun):
    sockets = [device(100 + i) for i in range(50)]
    for one in sockets:
        one.sendall(b"\x30\xff\xff\x1f" + text("devices/x/messages/events/"))
    begun()
    drip(sockets, b"x" * 1000)


def handshakes(begun):
    """TLS is begun and left."""
    hello = ssl.MemoryBIO()
    one = context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname=host_name)
    with contextlib.suppress(ssl.SSLWantReadError):
        one.do_handshake()
    client_hello = hello.read()

    def attempt():
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(client_hello)
            raw.recv(1)
    begun()
    again_and_again(attempt)


def renegotiation(begun):
    """A ClientHello inside an established TLS 1.2 connection, as OpenSSL's s_client sends it."""
    def attempt():
        subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", host_name, "-CAfile", ca, "-tls1_2"],
                       input=b"R\nR\nR\n", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20)
    begun()
    again_and_again(attempt)


def giant_topics(begun):
    def attempt():
        one = device(100)
        one.sendall(packet(0x30, text("x" * 65535)))
        until_closed(one)
    begun()
    again_and_again(attempt)


def subscriptions(begun):
    filters = b"".join(text(f"$iothub/twin/res/{i}/#") + b"\x00" for i in range(10_000))

    def attempt():
        one = device(101)
        one.sendall(packet(0x82, b"\x00\x01" + filters))
        until_closed(one)
    begun()
    again_and_again(attempt)


def json_depth(begun):
    body = b"[" * 1_000_000
    request = (f"POST /devices/query?api-version=2021-04-12 HTTP/1.1\r\nHost: {host_name}\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body

    def attempt():
        one = tls(wss_port)
        one.sendall(request)
        until_closed(one)
    begun()
    again_and_again(attempt)


def compressed_frames(begun):
    def attempt():
        one = tls(wss_port)
        one.sendall((f"GET /$iothub/websocket HTTP/1.1\r\nHost: {host_name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
                     "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n").encode())
        one.recv(4096)
        one.sendall(b"\xc2\xfe\xff\xff\0\0\0\0" + b"\0" * 65535)
        until_closed(one)
    begun()
    again_and_again(attempt)


def smuggled_requests(begun):
    def attempt():
        one = tls(wss_port)
        one.sendall((f"POST / HTTP/1.1\r\nHost: {host_name}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     "DELETE /devices/bench-1 HTTP/1.1\r\nHost: h\r\n\r\n" * 100).encode())
        until_closed(one)
    begun()
    again_and_again(attempt)


def bytes_at_random(begun):
    noise = random.Random(3).randbytes(16384)

    def attempt():
        one = tls()
        one.sendall(noise)
        until_closed(one)
    begun()
    again_and_again(attempt)


KINDS = {one.__name__.replace("_", "-"): one for one in (
    slow_bytes, endless_packets, handshakes, renegotiation, giant_topics, subscriptions, json_depth, compressed_frames,
    smuggled_requests, bytes_at_random)}

if __name__ == "__main__":
    kind, port, wss_port, ca, key, host_name = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:7]
    context = ssl.create_default_context(cafile=ca)
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    KINDS[kind](lambda: print("on", flush=True))
    print(rounds, flush=True)
