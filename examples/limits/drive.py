#!/usr/bin/env python3
"""Lets each agent of belay.yaml beside this run into its limit, and says how it ended and what it cost."""

import decimal
import json
import sys
import urllib.request

# The agent, what it is asked, and how it has to end.
CASES = [
    ("steps", "Find it", "max_steps"),
    ("tool-calls", "Find it", "max_tool_calls"),
    ("tokens", "Find it", "max_tokens"),
    ("cost", "Find it", "budget"),
    ("time", "Find it", "timeout"),
    ("loop", "Find it by the same words", "loop"),
    ("session", "Find it", "session_tokens"),
    ("session", "Go on", "session_tokens"),
]


def run(url, agent, task):
    body = {"task": task, "user": {"id": "ada"}, "wait": 60}
    if agent == "session":
        body["session"] = "a-long-conversation"
    request = urllib.request.Request(
        f"{url}/v1/agents/{agent}/executions", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=90) as response:
        return json.load(response)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: drive.py URL   (of a `belay serve` with the belay.yaml beside this)")
    url = sys.argv[1].rstrip("/")
    total = decimal.Decimal(0)
    wrong = []
    print(f"{'agent':12}{'ended':16}{'steps':>6}{'tokens':>9}{'cost':>12}  what it said")
    for agent, task, reason in CASES:
        outcome = run(url, agent, task)
        cost = decimal.Decimal(outcome["cost_usd"])
        total += cost
        tokens = outcome["usage"]["total"]
        said = " ".join((outcome["output"] or "").split())
        print(f"{agent:12}{outcome['reason'] or outcome['state']:16}{outcome['steps']:6}{tokens:9}{cost:12}  {said[:110]}")
        if outcome["reason"] != reason or not said:
            wrong.append(f"{agent} ended with {outcome['reason']}, expected {reason}")
    print(f"{'total':12}{total:43}")
    if wrong:
        sys.exit("\n".join(wrong))


main()
