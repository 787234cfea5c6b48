"""Load by wrk: requests that are all the same, over connections that stay."""

import json
import pathlib
import subprocess

SCRIPT = """
wrk.method = "POST"
local file = io.open("{body}", "r"); wrk.body = file:read("*a"); file:close()
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


class Load:
    """What one body is sent with."""

    def __init__(self, folder, name, body):
        home = pathlib.Path(folder)
        (home / f"{name}.json").write_text(body)
        self.script = home / f"{name}.lua"
        self.script.write_text(SCRIPT.format(body=home / f"{name}.json"))

    def run(self, child, path, connections, seconds):
        """One measurement of one server."""
        before = child.processor_seconds()
        output = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(self.script),
             f"http://127.0.0.1:{child.port}{path}"], capture_output=True, text=True, check=True).stdout
        processor = child.processor_seconds() - before
        line = next(line for line in output.splitlines() if line.startswith("RESULT"))
        requests, duration, p50, p99, errors = (int(word) for word in line.split()[1:])
        return {
            "rate": requests / (duration / 1e6), "p50": p50, "p99": p99, "errors": errors,
            "processor": processor * 1e6 / max(requests, 1)}
