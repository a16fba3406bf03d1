#!/usr/bin/env python3
"""Starts a device behind a slow network that loses segments: slow_network.py COMMAND ARGUMENTS...

Between DEVICE_PORT of the command and DEVICE_PORT of this program each segment of up to 1460 bytes is 200 ms on its way, in
both directions. Of 50, one is lost: TCP sends it again after a timeout, and what follows waits for it, which is all that
either end of a connection can see of a loss. FIN and RST travel like segments.
"""

import asyncio
import os
import random
import signal
import socket
import struct
import sys

DELAY, LOSS, RETRANSMISSION, SEGMENT = 0.2, 0.02, 0.4, 1460


async def carry(reader, writer):
    """In order: nothing overtakes what was lost."""
    loop = asyncio.get_running_loop()
    arrivals = asyncio.Queue()

    async def deliver():
        while True:
            due, segment = await arrivals.get()
            await asyncio.sleep(due - loop.time())
            if segment is None:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return writer.transport.abort()
            if not segment:
                return writer.write_eof()
            writer.write(segment)

    delivery = asyncio.create_task(deliver())
    due, segment = 0.0, b"begins"
    while segment:
        try:
            segment = await reader.read(SEGMENT)
        except ConnectionError:
            segment = None
        due = max(due, loop.time() + DELAY)
        while random.random() < LOSS:
            due += RETRANSMISSION
        arrivals.put_nowait((due, segment))
    try:
        await delivery
    except (ConnectionError, OSError):
        pass  # the other end is gone: who wrote hears it from the other direction


async def relay(reader, writer, port):
    await asyncio.sleep(DELAY)  # of the SYN
    try:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return writer.close()
    await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))
    far_writer.close()
    writer.close()


async def main():
    port = int(os.environ["DEVICE_PORT"])
    server = await asyncio.start_server(lambda reader, writer: relay(reader, writer, port), "localhost", 0)
    environment = dict(os.environ, DEVICE_PORT=str(server.sockets[0].getsockname()[1]))
    device = await asyncio.create_subprocess_exec(*sys.argv[1:], env=environment)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, device.terminate)
    status = await device.wait()
    await asyncio.sleep(2 * DELAY)  # its last words are on their way
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


asyncio.run(main())
