"""A model that streams: each frame says when it was sent. `stream_upstream.py PORT`

The request's `metadata` says how many `frames`, and how many `milliseconds` lie between two.
"""

import asyncio
import json
import sys
import time

HEAD = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
        b"Cache-Control: no-cache\r\n\r\n")


def frame(delta, finish=None):
    chunk = {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1730000000, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


USAGE = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1730000000, "model": "gpt-4o-mini", "choices": [],
    "usage": {"prompt_tokens": 20, "completion_tokens": 20, "total_tokens": 40}})


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Model(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer, self.task = transport, b"", None

    def connection_lost(self, error):
        if self.task:
            self.task.cancel()

    def data_received(self, data):
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        fields = [line.split(b":", 1)[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(fields[0]) if fields else 0
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        wanted = json.loads(rest[:length])["metadata"]
        self.task = asyncio.create_task(self.answer(int(wanted["frames"]), int(wanted["milliseconds"]) / 1000))

    async def answer(self, frames, pause):
        write = self.transport.write
        write(HEAD)
        for number in range(frames):
            write(chunk(frame({"content": f"n{number} t{time.monotonic_ns()} "})))
            await asyncio.sleep(pause)
        write(chunk(frame({}, "stop") + f"data: {USAGE}\n\ndata: [DONE]\n\n".encode()) + b"0\r\n\r\n")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Model, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


asyncio.run(main())
