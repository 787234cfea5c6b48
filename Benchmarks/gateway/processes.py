"""Processes that are measured: started on a port of their own, watched through /proc, ended."""

import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Child:
    """A process with whatever it starts itself."""

    def __init__(self, name, command, port, log, environment=None):
        self.name, self.port, self.log = name, port, log
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdout=open(log, "ab"), stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, start_new_session=True)

    def wait_until(self, path=None, seconds=30, every=0.001):
        """Seconds from the start until it accepts a connection, or answers `path` with a success."""
        while time.monotonic() - self.started < seconds:
            if self.process.poll() is not None:
                break
            try:
                if path is None:
                    socket.create_connection(("127.0.0.1", self.port)).close()
                    return time.monotonic() - self.started
                with socket.create_connection(("127.0.0.1", self.port)) as connection:
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                    if b" 200 " in connection.recv(64):
                        return time.monotonic() - self.started
            except OSError:
                pass
            time.sleep(every)
        self.stop()
        raise SystemExit(f"benchmark: {self.name} does not serve; see {self.log}")

    def pids(self):
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    queue += [int(child) for child in children.read_text().split()]
                except OSError:
                    pass
        return found

    def processor_seconds(self):
        """Of all cores, in user and kernel mode."""
        ticks = 0
        for pid in self.pids():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / TICKS

    def resident_mib(self):
        pages = 0
        for pid in self.pids():
            try:
                pages += int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
            except OSError:
                pass
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
