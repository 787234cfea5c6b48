"""Clients that send what they mean to send when they mean to, however slow the answers are."""

import asyncio
import random
import time


class Outcomes:
    """Of one tenant: seconds from when a request was due to its answer's last byte, and how many were turned away."""

    def __init__(self):
        self.latencies, self.refused, self.failed = [], 0, 0


class Client(asyncio.Protocol):
    """A connection that stays, with one request at a time."""

    def connection_made(self, transport):
        self.transport, self.data, self.waiting = transport, b"", None

    def ask(self, message):
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(message)
        return self.waiting

    def data_received(self, data):
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) >= length:
            self.data = b""
            self.waiting.set_result(int(head[9:12]))

    def connection_lost(self, error):
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(error or ConnectionResetError("closed before the answer"))


class Tenant:
    """An open loop: `rate` requests a second at random moments, each over a connection that is free."""

    def __init__(self, name, rate, port, message):
        self.name, self.rate, self.port, self.message = name, rate, port, message
        self.idle, self.outcomes = [], Outcomes()

    async def run(self, begin, seconds):
        moments, due = random.Random(self.name), begin
        async with asyncio.TaskGroup() as group:
            while True:
                due += moments.expovariate(self.rate)
                if due > begin + seconds:
                    return
                await asyncio.sleep(due - time.monotonic())
                group.create_task(self.ask(due))

    async def ask(self, due):
        try:
            if self.idle:
                client = self.idle.pop()
            else:
                _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", self.port)
            status = await client.ask(self.message)
        except OSError:
            self.outcomes.failed += 1
            return
        self.idle.append(client)
        if status == 200:
            self.outcomes.latencies.append(time.monotonic() - due)
        elif status == 429:
            self.outcomes.refused += 1
        else:
            self.outcomes.failed += 1


def run(tenants, seconds):
    """All tenants at once."""
    async def everybody():
        begin = time.monotonic() + 0.1
        await asyncio.gather(*(tenant.run(begin, seconds) for tenant in tenants))
        for tenant in tenants:
            for client in tenant.idle:
                client.transport.close()

    asyncio.run(everybody())
