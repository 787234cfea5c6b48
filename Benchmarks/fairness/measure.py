#!/usr/bin/env python3
"""Nine tenants beside one that wants twenty times as much, before a provider that can't give it; see --help."""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "gateway"))

import tenants
from processes import Child, free_port
from report import Report

QUIET = [f"quiet-{number}" for number in range(1, 10)]


def provider(binary, folder, milliseconds):
    """Takes as long for each answer, however many it is asked for at once: who limits them is the gateway."""
    port = free_port()
    home = pathlib.Path(folder)
    (home / "mock.yaml").write_text(f"reply: {{text: Fine., latency: {{first_token: {milliseconds}ms}}}}\n")
    command = [binary, "mock", "--port", str(port), "--scenario", str(home / "mock.yaml")]
    child = Child("mock", command, port, str(home / "mock.log"))
    child.wait_until()
    return child


def belay(binary, folder, upstream, places):
    port = free_port()
    home = pathlib.Path(folder)
    keys = "".join(f"\n    - {{key: key-of-{name}, name: {name}, tenant: {name}}}" for name in [*QUIET, "noisy"])
    (home / "belay.yaml").write_text(f"""
server:
  host: 127.0.0.1
  port: {port}
  keys:{keys}
store: {{path: {home}/belay.db}}
providers:
  mock:
    {{kind: openai, base_url: "http://127.0.0.1:{upstream}/v1", api_key: benchmark-key, max_concurrent: {places}}}
routes:
  default: {{paths: [{{model: mock/m}}], cache: false}}
""")
    child = Child("belay", [binary, "serve", "--config", f"{home}/belay.yaml"], port, str(home / "belay.log"))
    child.wait_until("/health/live")
    return child


def message(tenant):
    body = json.dumps({"model": "route/default", "messages": [{"role": "user", "content": "How are you?"}]}).encode()
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key-of-{tenant}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else float("inf")


class Run:
    def __init__(self, arguments):
        self.arguments, self.report = arguments, Report("fairness")

    def everything(self):
        arguments, children = self.arguments, []
        try:
            children.append(provider(arguments.binary, arguments.folder, arguments.latency))
            self.server = belay(arguments.binary, arguments.folder, children[0].port, arguments.places)
            children.append(self.server)
            self.phase(0, 2)  # Connections and pages are warm.
            alone = self.phase(0, arguments.seconds)
            each = self.phase(20 * arguments.rate, arguments.seconds)
            self.compare("20x each", alone, each)
            if arguments.together:
                together = self.phase(20 * arguments.rate * len(QUIET), arguments.seconds)
                self.compare("20x all nine", alone, together)
        finally:
            for child in children:
                child.stop()

    def phase(self, noise, seconds):
        port, rate = self.server.port, self.arguments.rate
        everybody = [tenants.Tenant(name, rate, port, message(name)) for name in QUIET]
        if noise:
            everybody.append(tenants.Tenant("noisy", noise, port, message("noisy")))
        before = self.server.processor_seconds()
        tenants.run(everybody, seconds)
        used = (self.server.processor_seconds() - before) / seconds
        print(f"noise {noise:.0f}/s: belay took {used:.2f} of a core", file=sys.stderr)
        found = {tenant.name: tenant.outcomes for tenant in everybody}
        for name, outcomes in found.items():
            if outcomes.failed:
                raise SystemExit(f"benchmark: {outcomes.failed} requests of {name} failed")
        return found

    def compare(self, where, alone, beside):
        add, seconds = self.report.add, self.arguments.seconds
        for name in QUIET:
            before, after = alone[name], beside[name]
            share = len(after.latencies) / max(len(before.latencies), 1)
            add(f"{where}: {name}, answered alone", len(before.latencies) / seconds, "/s")
            add(f"{where}: {name}, answered", len(after.latencies) / seconds, "/s")
            add(f"{where}: {name}, share kept", share, "x", at_least=0.9)
            for percent in (50, 99):
                usual, now = (percentile(one.latencies, percent) for one in (before, after))
                add(f"{where}: {name}, p{percent} alone", usual * 1000, "ms")
                add(f"{where}: {name}, p{percent}", now * 1000, "ms")
                if percent == 99:
                    add(f"{where}: {name}, p99 beside alone", now / usual, "x", at_most=2)
        noisy = beside["noisy"]
        add(f"{where}: noisy, offered", (len(noisy.latencies) + noisy.refused) / seconds, "/s")
        add(f"{where}: noisy, answered", len(noisy.latencies) / seconds, "/s")
        add(f"{where}: noisy, turned away", noisy.refused / seconds, "/s")
        add(f"{where}: noisy, p50", percentile(noisy.latencies, 50) * 1000, "ms")
        add(f"{where}: noisy, p99", percentile(noisy.latencies, 99) * 1000, "ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the release build of belay")
    parser.add_argument("--folder", required=True, help="where configurations and logs go")
    parser.add_argument("--quick", action="store_true", help="seconds, and no figure worth keeping")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument("--together", action="store_true", help="also twenty times as much as all nine together")
    parser.add_argument("--rate", type=float, default=6, help="requests a second of each of the nine (default 6)")
    parser.add_argument("--places", type=int, default=32, help="calls that the provider takes at once (default 32)")
    parser.add_argument("--latency", type=int, default=250, help="milliseconds that each takes (default 250)")
    parser.add_argument("--seconds", type=float, help="of each load (default 60, quick 3)")
    arguments = parser.parse_args()
    if arguments.seconds is None:
        arguments.seconds = 3 if arguments.quick else 60
    arguments.folder = str(pathlib.Path(arguments.folder).resolve())
    shutil.rmtree(arguments.folder, ignore_errors=True)
    os.makedirs(arguments.folder)
    run = Run(arguments)
    run.everything()
    run.report.print(arguments.json, str(datetime.date.today()))


if __name__ == "__main__":
    main()
