#!/usr/bin/env python3
"""The gateway beside nginx as a plain proxy and LiteLLM's proxy, all to the same upstream, in one run; see --help."""

import argparse
import asyncio
import datetime
import os
import pathlib
import shutil
import statistics
import time

import servers
import streams
from load import Load
from report import Report

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


class Plan:
    def __init__(self, quick, soak):
        self.rounds, self.seconds = (1, 1) if quick else (5, 3)
        self.starts, self.streams = (2, 10) if quick else (11, 300)
        self.soak_seconds = soak * 60
        self.soak_streams = 32 if quick else 512
        # Of each load: bytes of the request, and connections.
        sizes = [(1_000, (1, 32)), (100_000, (32,))] if quick else [(1_000, (1, 32, 256)), (100_000, (1, 32, 256))]
        self.cells = [(kind, size, count) for kind in ("same", "crossed") for size, counts in sizes for count in counts]


class Run:
    def __init__(self, arguments):
        self.plan = Plan(arguments.quick, arguments.soak)
        self.folder, self.binary, self.litellm = arguments.folder, arguments.binary, arguments.litellm
        self.report = Report()
        self.children = []

    def start(self, child):
        self.children.append(child)
        return child

    def everything(self):
        try:
            self.starts()
            self.upstream = self.start(servers.upstream(self.folder))
            self.model = self.start(servers.stream_upstream(self.folder))
            self.nginx = self.start(servers.plain_proxy(self.folder, self.upstream.port, self.model.port))
            self.belay = self.start(servers.belay(self.binary, self.folder, self.upstream.port, self.model.port))
            self.belay.wait_until("/health/live")
            for cell in self.plan.cells:
                self.load(*cell)
            self.report.add("resident after these loads", self.belay.resident_mib(), "MiB")
            if self.plan.rounds > 1:  # What is spare goes back to the system every half minute.
                time.sleep(35)
                self.report.add("resident half a minute later", self.belay.resident_mib(), "MiB")
            if self.litellm:
                self.beside_litellm()
            self.first_tokens()
            self.soak()
        finally:
            for child in self.children:
                child.stop()

    def starts(self):
        times, sizes = [], []
        for _ in range(self.plan.starts):
            child = self.start(servers.belay(self.binary, self.folder, 9, 9, "start"))
            times.append(child.wait_until("/health/live") * 1000)
            sizes.append(child.resident_mib())
            child.stop()
        self.report.add("start to first served request, median", statistics.median(times), "ms", at_most=100)
        self.report.add("resident when idle, median", statistics.median(sizes), "MiB", at_most=40)

    def targets(self, kind, size):
        """Who is measured: name, server, load, path. Those beside Belay send what the upstream understands itself."""
        path = CHAT if kind == "same" else MESSAGES
        plain = servers.request_body("gpt-4o-mini", size) if kind == "same" else servers.anthropic_body(size)
        direct = Load(self.folder, f"direct-{kind}-{size}", plain)
        route = "route/default" if kind == "same" else "route/crossed"
        own = Load(self.folder, f"belay-{kind}-{size}", servers.request_body(route, size))
        return [
            ("direct", self.upstream, direct, path), ("nginx", self.nginx, direct, path),
            ("belay", self.belay, own, CHAT)]

    def load(self, kind, size, connections):
        results = {}
        for _ in range(self.plan.rounds):
            for name, child, load, path in self.targets(kind, size):
                result = load.run(child, path, connections, self.plan.seconds)
                results.setdefault(name, []).append(result)
        self.check(results)
        median = {
            name: {key: statistics.median(one[key] for one in ones) for key in ones[0]}
            for name, ones in results.items()}
        ratio = statistics.median(
            ours["rate"] / theirs["rate"] for ours, theirs in zip(results["belay"], results["nginx"]))
        is_goal = kind == "same" and size == 1_000
        where = f"{kind} protocol, {size // 1_000} KB, {connections} connections"
        belay, nginx, direct = median["belay"], median["nginx"], median["direct"]
        add = self.report.add
        add(f"{where}: nginx", nginx["rate"], "req/s")
        add(f"{where}: belay", belay["rate"], "req/s")
        add(f"{where}: belay / nginx", ratio, "x", at_least=0.4 if is_goal and connections == 32 else None)
        add(f"{where}: nginx, processor time", nginx["processor"], "us")
        add(f"{where}: belay, processor time", belay["processor"], "us",
            at_most=60 if is_goal and connections == 32 else None)
        for percentile in ("p50", "p99"):
            add(f"{where}: nginx, added {percentile}", nginx[percentile] - direct[percentile], "us")
            add(f"{where}: belay, added {percentile}", belay[percentile] - direct[percentile], "us",
                at_most=300 if is_goal and connections == 1 and percentile == "p99" else None)

    def check(self, results):
        for name, ones in results.items():
            if any(one["errors"] for one in ones):
                raise SystemExit(f"benchmark: {name} failed {sum(one['errors'] for one in ones)} requests")

    def beside_litellm(self):
        child = self.start(servers.litellm(self.litellm, self.folder, self.upstream.port))
        body = Load(self.folder, "litellm", servers.request_body("gpt-4o-mini", 1_000))
        own = Load(self.folder, "belay-litellm", servers.request_body("route/default", 1_000))
        theirs, ours = [], []
        for _ in range(min(self.plan.rounds, 3)):
            theirs.append(body.run(child, CHAT, 32, max(self.plan.seconds, 3)))
            ours.append(own.run(self.belay, CHAT, 32, self.plan.seconds))
        self.check({"litellm": theirs, "belay": ours})
        rate = statistics.median(one["rate"] for one in theirs)
        p50 = statistics.median(one["p50"] for one in theirs)
        ratio = statistics.median(mine["rate"] / other["rate"] for mine, other in zip(ours, theirs))
        latency = statistics.median(mine["p50"] / other["p50"] for mine, other in zip(ours, theirs))
        add = self.report.add
        add("LiteLLM, 1 KB, 32 connections", rate, "req/s")
        add("LiteLLM, p50", p50, "us")
        add("LiteLLM, processor time", statistics.median(one["processor"] for one in theirs), "us")
        add("LiteLLM, resident", child.resident_mib(), "MiB")
        add("belay / LiteLLM, throughput", ratio, "x", at_least=100)
        add("belay / LiteLLM, p50", latency, "x", at_most=0.05)
        child.stop()

    def first_tokens(self):
        """One stream after the other, in turn: the upstream alone, through nginx, through Belay."""
        frames, pause = 20, 2
        message = streams.request(CHAT, "gpt-4o-mini", frames, pause)
        targets = {
            "direct": (self.model.port, message),
            "nginx": (self.nginx.port, streams.request("/streams" + CHAT, "gpt-4o-mini", frames, pause)),
            "belay": (self.belay.port, streams.request(CHAT, "route/streams", frames, pause))}
        found = {name: streams.Latencies() for name in targets}
        for number in range(self.plan.streams + 5):
            if number == 5:  # Connections and pages are warm.
                found = {name: streams.Latencies() for name in targets}
            for name, (port, bytes) in targets.items():
                streams.measure(port, bytes, frames, found[name])
        direct = found.pop("direct")
        for name, latencies in found.items():
            if latencies.lost:
                raise SystemExit(f"benchmark: {name} lost {latencies.lost} frames of streams")
            for percent in (50, 99):
                first = percentile(latencies.first, percent) - percentile(direct.first, percent)
                each = percentile(latencies.frames, percent) - percentile(direct.frames, percent)
                is_goal = name == "belay" and percent == 99
                self.report.add(
                    f"streams: {name}, added time to first token, p{percent}", first, "us",
                    at_most=500 if is_goal else None)
                self.report.add(f"streams: {name}, added to each frame, p{percent}", each, "us")

    def soak(self):
        frames, pause = 25, 200
        message = streams.request(CHAT, "route/streams", frames, pause)
        sizes = []
        before = self.belay.processor_seconds()
        total, lost, unended = asyncio.run(
            streams.soak(
                self.belay.port, message, frames, self.plan.soak_streams, self.plan.soak_seconds,
                lambda at: sizes.append((at, self.belay.resident_mib()))))
        processor = self.belay.processor_seconds() - before
        where = f"soak of {self.plan.soak_seconds / 60:.2g} min with {self.plan.soak_streams} streams"
        add = self.report.add
        add(f"{where}: streams", total, "")
        add(f"{where}: lost frames", lost, "", at_most=0)
        add(f"{where}: streams without their end", unended, "", at_most=0)
        add(f"{where}: processor time of a frame", processor * 1e6 / max(total * frames, 1), "us")
        add(f"{where}: resident at its end", sizes[-1][1], "MiB")
        # The first third fills pools and allocators.
        settled = [(at / 60, size) for at, size in sizes if at > self.plan.soak_seconds / 3]
        if self.plan.soak_seconds >= 60:
            slope = statistics.linear_regression(*zip(*settled)).slope
            add(f"{where}: memory slope", slope, "MiB/min", at_most=0.5)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the release build of belay")
    parser.add_argument("--folder", required=True, help="where configurations and logs go")
    parser.add_argument("--litellm", help="LiteLLM's program; left out, it is not measured")
    parser.add_argument("--quick", action="store_true", help="seconds, and no figure worth keeping")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument("--soak", type=float, help="minutes of streams at once (default 1, quick 0.1)")
    arguments = parser.parse_args()
    if arguments.soak is None:
        arguments.soak = 0.1 if arguments.quick else 1
    arguments.folder = str(pathlib.Path(arguments.folder).resolve())
    shutil.rmtree(arguments.folder, ignore_errors=True)
    os.makedirs(arguments.folder)
    run = Run(arguments)
    run.everything()
    run.report.print(arguments.json, str(datetime.date.today()))


if __name__ == "__main__":
    main()
