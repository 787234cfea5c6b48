#!/usr/bin/env python3
"""Sends the tickets to a running Belay, plays customer and approver, and reports. Standard library only.

    drive.py --url http://127.0.0.1:8711 --shop http://127.0.0.1:8733

The approver's rule, in one sentence: a refund of at most $200 is approved for a ticket that asks for a refund;
everything else is rejected. The customer answers a question only where the ticket has a `reply`; other questions
and all hand-offs stay open, as they would until somebody comes back from lunch.

Exit status: 0 when all tickets ended well and all checks hold, 1 when not, 69 when Belay or the shop is not there.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import journals
import report
from belay_client import TERMINAL, APIError, Belay

HERE = Path(__file__).parent
APPROVER = "shift-lead"
APPROVAL_LIMIT = 200
REFUND_KINDS = ("refund_under_limit", "refund_over_limit", "wrong_item", "missing_item", "damaged")
# For these a person or the user is needed; a timer or a capacity wait passes by itself.
WAITS_FOR_PEOPLE = ("approval", "input", "handoff", "resolution")


@dataclass
class Case:
    """A ticket and what became of it."""

    ticket: dict
    execution: dict | None = None
    wait: dict | None = None  # The open wait that it rests in.
    approvals: list = field(default_factory=list)
    answered: set = field(default_factory=set)
    replied: bool = False
    facts: journals.Facts = field(default_factory=journals.Facts)
    events: list = field(default_factory=list)
    error: str | None = None

    @property
    def is_at_rest(self):
        return self.error is not None or self.wait is not None or self.state in TERMINAL

    @property
    def state(self):
        return self.execution["state"] if self.execution else None


def decide(kind, wait):
    """The approver's rule. Returns `approve` or `reject`, and the reason that is given."""
    context = wait.get("context") or {}
    tool = context.get("tool") or context.get("name")
    arguments = context.get("arguments") or {}
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    amount = arguments.get("amount")
    if tool != "create_refund" or isinstance(amount, bool) or not isinstance(amount, (int, float)):
        return "reject", "only refunds are approved at this desk"
    if kind not in REFUND_KINDS:
        return "reject", "the customer did not ask for a refund with a reason that we know"
    if amount > APPROVAL_LIMIT:
        return "reject", f"${amount:.2f} is above ${APPROVAL_LIMIT}; the accounts team decides that"
    return "approve", f"a refund of ${amount:.2f} that the customer asked for"


class Drive:
    def __init__(self, belay, tickets, concurrency, deadline, screen, agent="support", run=None, poll=0.2):
        self.belay, self.agent, self.run, self.poll = belay, agent, run or secrets.token_hex(4), poll
        self.cases, self.concurrency, self.deadline = [Case(ticket) for ticket in tickets], concurrency, deadline
        self.screen = screen

    def to_the_end(self):
        """Until every ticket rests, or the time is up."""
        waiting = list(self.cases)
        active = []
        while waiting or active:
            while waiting and len(active) < self.concurrency:
                case = waiting.pop(0)
                self._start(case)
                active.append(case)
            self._look_at(active)
            for case in active:
                if case.is_at_rest:
                    self.screen.ended(case)
            active = [case for case in active if not case.is_at_rest]
            self.screen.progress(self.cases, len(active))
            if time.monotonic() > self.deadline:
                self._give_up(active + waiting)
                break
            if active:
                time.sleep(self.poll)
        for case in self.cases:
            self._read_journal(case)
        return self.cases

    def _start(self, case):
        customer = case.ticket["customer"]
        user = {"id": customer, "customer": customer}
        try:
            key = f"{self.run}-{case.ticket['id']}"
            case.execution = self.belay.start(self.agent, case.ticket["text"], user, key)
        except APIError as error:
            case.error = f"not started: {error}"

    def _look_at(self, active):
        waiting = []
        for case in active:
            if case.error:
                continue
            try:
                case.execution = self.belay.execution(case.execution["id"])
            except APIError as error:
                case.error = str(error)
            if case.state == "waiting":
                waiting.append(case)
        if waiting:
            by_execution = {case.execution["id"]: case for case in waiting}
            for wait in self.belay.open_waits():
                case = by_execution.get(wait["execution"])
                if case and wait["kind"] in WAITS_FOR_PEOPLE and wait["id"] not in case.answered:
                    self._answer(case, wait)

    def _answer(self, case, wait):
        if wait["kind"] == "approval":
            decision, reason = decide(case.ticket["kind"], wait)
            case.answered.add(wait["id"])
            if self._send(case, wait, {"decision": decision, "reason": reason}, APPROVER):
                case.approvals.append(decision)
                self.screen.note(f"{case.ticket['id']} {decision}: {reason}")
        elif wait["kind"] == "input" and case.ticket.get("reply") and not case.replied:
            case.replied = True
            case.answered.add(wait["id"])
            if self._send(case, wait, {"text": case.ticket["reply"]}, case.ticket["customer"]):
                self.screen.note(f"{case.ticket['id']} the customer answers: {case.ticket['reply']}")
        else:
            case.wait = wait

    def _send(self, case, wait, answer, by):
        try:
            return self.belay.answer(wait["id"], answer, by)
        except APIError as error:
            case.error = str(error)
            return False

    def _give_up(self, cases):
        for case in cases:
            case.error = case.error or f"not at rest when the time was up; state {case.state or 'not started'}"

    def _read_journal(self, case):
        if not case.execution:
            return
        try:
            case.events = self.belay.events(case.execution["id"])
            case.facts = journals.read(case.events)
        except (APIError, KeyError, TypeError) as error:
            case.error = case.error or f"its journal can't be read: {error!r}"


class Screen:
    """A bar on a terminal, plain lines elsewhere."""

    WIDTH = 32

    def __init__(self, stream):
        self.stream, self.is_terminal = stream, stream.isatty()
        self.bar = ""

    def note(self, text):
        self._clear()
        print(f"  {text}", file=self.stream, flush=True)
        self._draw()

    def ended(self, case):
        if not self.is_terminal or not report.ended_well(case):
            self.note(f"{case.ticket['id']} {case.ticket['kind']}: {report.ending(case)}")

    def progress(self, cases, active):
        if not self.is_terminal:
            return
        done = sum(case.is_at_rest for case in cases)
        filled = self.WIDTH * done // max(1, len(cases))
        waiting = sum(case.wait is not None for case in cases)
        self._clear()
        self.bar = (
            f"[{'#' * filled}{'.' * (self.WIDTH - filled)}] {done}/{len(cases)}, running {active}, waiting {waiting}"
        )
        self._draw()

    def finish(self):
        self._clear()
        self.bar = ""

    def _clear(self):
        if self.is_terminal and self.bar:
            print("\r\x1b[K", end="", file=self.stream)

    def _draw(self):
        if self.is_terminal and self.bar:
            print(self.bar, end="", file=self.stream, flush=True)


def load_tickets(path, count=None):
    tickets = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    return tickets[:count] if count else tickets


def shop_effects(url):
    with urllib.request.urlopen(f"{url.rstrip('/')}/effects", timeout=10) as response:
        return json.load(response)


def worth_telling(cases):
    """The ticket whose journal makes the best story: approved, through failures, to a good end."""
    good = [case for case in cases if case.execution and report.ended_well(case)]
    return max(
        good,
        default=None,
        key=lambda case: ("approve" in case.approvals, sum(case.facts.failures.values()), len(case.events)),
    )


def tell(case, command):
    """Prints a journal as a story by the command-line tool itself. Returns whether that worked."""
    print(f"\nThe journal of {case.ticket['id']}, as `belay executions show` tells it\n")
    show = [command, "executions", "show", case.execution["id"], "--config", str(HERE / "belay.yaml")]
    result = subprocess.run(show, timeout=30)
    return result.returncode == 0


def print_report(cases, effects, statistics, strict):
    """Returns what is wrong."""
    for title, lines in (
        ("The run", report.table(cases, statistics)),
        ("By kind", report.by_kind(cases)),
        ("Waiting, for a stated reason", report.waiting_lines(cases)),
        ("What happened in the shop", report.effect_lines(effects)),
    ):
        print(f"\n{title}")
        print("\n".join(f"  {line}" for line in lines or ["none"]))
    problems = report.failures(cases, effects, strict)
    print("\nChecks")
    for problem in problems:
        print(f"  FAILED {problem}")
    if not problems:
        claims = ["every ticket ended well", "the shop's effects and the journals agree key by key, each exactly once"]
        if strict:
            claims.append("tools, approvals, endings and refunds are the expected ones")
        print("\n".join(f"  ok: {claim}" for claim in claims))
    elif not strict:
        print("  (a real model decides for itself: which tools it used was not checked)")
    return problems


def parse(arguments):
    parser = argparse.ArgumentParser(description="Sends the support tickets to a running Belay and reports.")
    parser.add_argument("--url", default="http://127.0.0.1:8711", help="Belay; default http://127.0.0.1:8711")
    parser.add_argument("--shop", default="http://127.0.0.1:8733", help="the shop; default http://127.0.0.1:8733")
    parser.add_argument("--tickets", default=HERE / "tickets.jsonl", help="the file; default tickets.jsonl beside this")
    parser.add_argument("--count", type=int, help="only the first so many tickets")
    parser.add_argument("--concurrency", type=int, default=8, help="tickets at once; default 8")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for the whole run; default 600")
    parser.add_argument("--lenient", action="store_true", help="for real models: don't compare tools and endings")
    parser.add_argument("--belay", help="the belay binary, to tell one journal as a story")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    screen = Screen(sys.stdout)
    print(
        f"Approver's rule: refunds of at most ${APPROVAL_LIMIT} for tickets that ask for one "
        f"({', '.join(REFUND_KINDS)}) are approved, everything else is rejected."
    )
    belay = Belay(options.url, key=os.environ.get("BELAY_KEY") or None)
    drive = Drive(
        belay, load_tickets(options.tickets, options.count), max(1, options.concurrency),
        time.monotonic() + options.timeout, screen,
    )  # fmt: skip
    try:
        cases = drive.to_the_end()
        screen.finish()
        effects, statistics = shop_effects(options.shop), belay.statistics()
    except (APIError, OSError, urllib.error.URLError) as error:
        screen.finish()
        print(f"drive: {error}", file=sys.stderr)
        return 69
    finally:
        belay.close()
    problems = print_report(cases, effects, statistics, strict=not options.lenient)
    story = worth_telling(cases)
    told = not (options.belay and story) or tell(story, options.belay)
    if not told:
        print("drive: the journal could not be shown", file=sys.stderr)
    return 0 if told and not problems else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
