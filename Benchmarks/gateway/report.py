"""The figures of a run, as a table for people or as JSON; in the form of the other benchmarks."""

import json
import os
import platform
import sys


class Report:
    def __init__(self, group="gateway"):
        self.group = group
        self.load = os.getloadavg()[0]
        self.figures = []

    def add(self, name, value, unit, at_least=None, at_most=None):
        figure = {"group": self.group, "name": name, "value": value, "unit": unit}
        if at_least is not None:
            figure["goal"], figure["isMet"] = {"atLeast": at_least}, value >= at_least
        if at_most is not None:
            figure["goal"], figure["isMet"] = {"atMost": at_most}, value <= at_most
        self.figures.append(figure)
        print(f"{name}: {text(value)} {unit}", file=sys.stderr, flush=True)

    def print(self, as_json, date):
        machine = {
            "date": date, "system": platform.platform(), "processor": processor(), "cores": os.cpu_count(),
            "load": self.load}
        if as_json:
            print(json.dumps({"machine": machine, "figures": self.figures}, indent=2))
            return
        print("{date}, {processor}, {cores} cores, {system}, load {load:.2f}\n".format(**machine))
        rows = [["what", "figure", "unit", "goal", "met"]]
        for figure in self.figures:
            goal = figure.get("goal", {})
            words = [f"≥ {text(bound)}" if key == "atLeast" else f"≤ {text(bound)}" for key, bound in goal.items()]
            met = {True: "yes", False: "NO", None: ""}[figure.get("isMet")]
            rows.append([f"{self.group}: {figure['name']}", text(figure["value"]), figure["unit"], "".join(words), met])
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        rows.insert(1, ["-" * width for width in widths])
        for row in rows:
            print("| " + " | ".join(word.ljust(width) for word, width in zip(row, widths)) + " |")


def text(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return "unknown"
