"""Clients of streams: one after the other for latencies, many at once for the soak."""

import asyncio
import json
import re
import socket
import time

FRAME = re.compile(rb"n(\d+) t(\d+) ")


def request(path, model, frames, milliseconds):
    body = json.dumps({
        "model": model, "stream": True, "messages": [{"role": "user", "content": "Good morning"}],
        "metadata": {"frames": str(frames), "milliseconds": str(milliseconds)}}).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


class Latencies:
    """Microseconds: from the request to the first frame, and from each frame's sending to its arrival."""

    def __init__(self):
        self.first, self.frames, self.lost = [], [], 0


def measure(port, message, frames, into):
    """One stream over a connection of its own, which is there before the clock starts."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(10)
        began = time.monotonic_ns()
        connection.sendall(message)
        data, seen, at = b"", 0, 0
        while b"[DONE]" not in data[at:]:
            got = connection.recv(65536)
            now = time.monotonic_ns()
            if not got:
                break
            data += got
            for match in FRAME.finditer(data, at):
                if seen == 0:
                    into.first.append((now - began) / 1000)
                else:
                    into.frames.append((now - int(match.group(2))) / 1000)
                seen, at = seen + 1, match.end()
        into.lost += frames - seen


class Reader(asyncio.Protocol):
    """One stream of the soak."""

    def __init__(self, message, frames, done):
        self.message, self.frames, self.done = message, frames, done
        self.next, self.tail, self.ended = 0, b"", False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.message)

    def data_received(self, data):
        data = self.tail + data
        end = 0
        for match in FRAME.finditer(data):
            if int(match.group(1)) == self.next:
                self.next += 1
            end = match.end()
        self.tail = data[max(end, len(data) - 64):]
        if b"[DONE]" in data:
            self.ended = True
            self.transport.close()

    def connection_lost(self, error):
        if not self.done.done():
            self.done.set_result((self.next, self.ended))


async def soak(port, message, frames, count, seconds, sample):
    """`count` streams at once, each followed by the next: (streams, lost frames, unended streams)."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    streams = lost = unended = 0

    async def client(number):
        nonlocal streams, lost, unended
        await asyncio.sleep(number / count)  # Not all in the same instant.
        while loop.time() < until:
            done = loop.create_future()
            try:
                await loop.create_connection(lambda: Reader(message, frames, done), "127.0.0.1", port)
                seen, ended = await asyncio.wait_for(done, 60)
            except (OSError, asyncio.TimeoutError):
                seen, ended = 0, False
            streams, lost, unended = streams + 1, lost + frames - seen, unended + (not ended)

    async def watch():
        while loop.time() < until:
            sample(seconds - (until - loop.time()))
            await asyncio.sleep(1)

    await asyncio.gather(watch(), *(client(number) for number in range(count)))
    return streams, lost, unended
