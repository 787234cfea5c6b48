"""Tests of the driver against a tiny stand-in for Belay's API: `python3 -m unittest discover -s examples/support`."""

import contextlib
import io
import json
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "shop"))

import catalog  # noqa: E402

import drive  # noqa: E402
import journals  # noqa: E402

KINDS = {
    "late_parcel", "wrong_item", "missing_item", "damaged", "refund_under_limit", "refund_over_limit", "unknown_order",
    "two_questions", "angry", "other_language", "ambiguous", "out_of_scope", "injection",
}  # fmt: skip
TOOLS = {"check_order_status", "search_policy", "create_refund", "send_email", "ask_user", "hand_off_to_person"}


class FakeBelay:
    """Executions whose journals are given; starts, waits and answers behave as in the real API."""

    def __init__(self, plans):
        self.plans, self.executions, self.answers, self.starts = plans, {}, {}, []
        self.effects = {
            "refunds": {
                "count": 1,
                "total": "64.00",
                "by_key": {"k1": {"attempts": 2, "effects": 1, "amount": "64.00"}},
            },
            "emails": {"count": 0, "by_key": {}},
        }
        self.refusals = 1  # The first request meets a 503: the client has to try again.
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def reply(self, method, path, query, body, key):
        parts = path.strip("/").split("/")
        if path == "/effects":
            return 200, self.effects
        if self.refusals:
            self.refusals -= 1
            return 503, {"title": "Starting"}
        if parts[:2] == ["v1", "agents"]:
            self.starts.append((parts[2], key, body))
            return 201, self.execution(self.executions.setdefault(key, f"x{len(self.executions)}"))
        if parts[:2] == ["v1", "executions"] and len(parts) == 3:
            return 200, self.execution(parts[2])
        if parts[:2] == ["v1", "executions"]:
            items = self.plan(parts[2])["events"]
            first = int(query.get("after", ["0"])[0])
            following = first + 2 if first + 2 < len(items) else None
            return 200, {"items": items[first : first + 2], "next": following}
        if path == "/v1/waits":
            open_waits = [self.plan(name)["wait"] for name in self.executions.values() if self.is_waiting(name)]
            return 200, {"items": open_waits, "next": None}
        if parts[:2] == ["v1", "waits"]:
            if parts[2] in self.answers:
                return 409, {"title": "Already answered"}
            self.answers[parts[2]] = body
            return 200, {}
        return 200, {"models": [{"breaker_openings": 2}, {"breaker_openings": 1}]}

    def plan(self, execution):
        return self.plans[int(execution[1:])]

    def is_waiting(self, execution):
        wait = self.plan(execution).get("wait")
        return bool(wait) and wait["id"] not in self.answers

    def execution(self, execution):
        state = "waiting" if self.is_waiting(execution) else self.plan(execution).get("state", "completed")
        return {
            "id": execution, "state": state, "reason": "completed", "cost_usd": "0.0012",
            "usage": {"input_tokens": 100, "output_tokens": 11},
            "started": "2026-11-15T10:00:00.000Z", "ended": "2026-11-15T10:00:01.500Z",
        }  # fmt: skip

    def _handler(fake):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                url, body = urlsplit(self.path), None
                if length := int(self.headers.get("Content-Length", "0")):
                    body = json.loads(self.rfile.read(length))
                with fake.lock:
                    key = self.headers.get("Idempotency-Key")
                    status, reply = fake.reply(self.command, url.path, parse_qs(url.query), body, key)
                encoded = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = answer

            def log_message(self, *arguments):
                pass

        return Handler


def wait(name, execution, kind, question="Why?", amount=64.0):
    context = {"tool": "create_refund", "arguments": {"order_id": "1032", "amount": amount}}
    return {"id": name, "execution": execution, "kind": kind, "question": question, "context": context}


def refund_journal():
    call = {"type": "tool_call", "call_id": "c1", "name": "create_refund", "arguments": "{}"}
    failed = {"type": "model_attempt_failed", "path": "primary/a", "failure": {"kind": "overloaded"}}
    return [
        {"type": "model_call_planned", "step": 1},
        failed,
        failed,
        {"type": "model_attempt_failed", "path": "primary/a", "failure": {"kind": "circuit_open"}},
        answered({"type": "text", "text": "One moment."}, call),
        {"type": "tool_call_dispatched", "call_id": "c1", "idempotency_key": "k1", "attempt": 1},
        {"type": "tool_call_in_doubt", "call_id": "c1", "policy": "probe"},
        {"type": "tool_call_resolved", "call_id": "c1", "resolution": "happened", "by": "probe"},
        {"type": "model_call_planned", "step": 2},
        answered({"type": "text", "text": "Done."}),
    ]


def answered(*content):
    return {"type": "model_answered", "content": list(content), "path": "backup/b", "degraded": False}


def ticket(name, kind, tools, ending="completed", **others):
    expect = {"tools": tools, "ending": ending, **others.pop("expect", {})}
    return {"id": name, "customer": "rosa", "kind": kind, "text": f"Text of {name}", "expect": expect, **others}


class DriveTest(unittest.TestCase):
    def run_drive(self, plans, tickets, *options):
        fake = FakeBelay(plans)
        self.addCleanup(fake.close)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("\n".join(json.dumps(entry) for entry in tickets))
            file.flush()
            with contextlib.redirect_stdout(io.StringIO()) as output:
                status = drive.main(["--url", fake.url, "--shop", fake.url, "--tickets", file.name, *options])
        return fake, status, output.getvalue()

    def good_run(self):
        tickets = [
            ticket("T1", "wrong_item", ["create_refund"], expect={"refund": 64.0, "approval": "approve"}),
            ticket("T2", "ambiguous", [], "waiting:input"),
            ticket("T3", "ambiguous", [], reply="Order 1032"),
        ]
        plans = [
            {"wait": wait("w1", "x0", "approval"), "events": refund_journal()},
            {"wait": wait("w2", "x1", "input", "Which order?"), "events": []},
            {"wait": wait("w3", "x2", "input", "Which order?"), "events": []},
        ]
        return plans, tickets

    def test_a_run_that_went_well_says_so(self):
        plans, tickets = self.good_run()
        fake, status, output = self.run_drive(plans, tickets, "--concurrency", "3")
        self.assertEqual(status, 0, output)
        self.assertEqual({key: body["by"] for key, body in fake.answers.items()}, {"w1": "shift-lead", "w3": "rosa"})
        self.assertEqual(fake.answers["w1"]["answer"]["decision"], "approve")
        self.assertEqual(fake.answers["w3"]["answer"], {"text": "Order 1032"})
        agent, key, body = fake.starts[0]
        self.assertEqual((agent, body["user"]), ("support", {"id": "rosa", "customer": "rosa"}))
        self.assertEqual(len({key for _, key, _ in fake.starts}), 3)
        for line in ("completed", "attempts", "retries", "fallbacks", "breaker openings", "p50 1.50 s", "$0.0036"):
            self.assertIn(line, output)
        figures = dict(line.strip().rsplit(None, 1) for line in output.splitlines() if len(line.split()) > 1)
        self.assertEqual((figures["attempts"], figures["retries"], figures["fallbacks"]), ("4", "1", "1"))
        self.assertEqual((figures["breaker openings"], figures["tokens"]), ("3", "333"))
        self.assertIn("T2 ambiguous: input: Which order?", output)
        self.assertIn("1 (happened according to probe 1)", output)

    def test_a_refund_without_a_journal_fails_the_run(self):
        plans, tickets = self.good_run()
        plans[0]["events"] = []
        _, status, output = self.run_drive(plans, tickets, "--lenient")
        self.assertEqual(status, 1)
        self.assertIn("key k1 happened and no journal tells of it", output)

    def test_a_wait_without_a_reason_and_a_failure_fail_the_run(self):
        tickets = [ticket("T1", "ambiguous", [], "waiting:input"), ticket("T2", "late_parcel", [])]
        plans = [{"wait": wait("w1", "x0", "input", " "), "events": []}, {"state": "failed", "events": []}]
        fake = self.run_drive(plans, tickets, "--lenient")
        self.assertEqual(fake[1], 1)
        self.assertIn("T1 did not end well: waiting:input", fake[2])
        self.assertIn("T2 did not end well: failed", fake[2])

    def test_other_tools_than_expected_fail_a_strict_run_only(self):
        plans, tickets = self.good_run()
        tickets[1]["expect"]["tools"] = ["ask_user"]
        self.assertEqual(self.run_drive(plans, tickets)[1], 1)
        self.assertEqual(self.run_drive(plans, tickets, "--lenient")[1], 0)

    def test_a_run_that_does_not_end_stops_at_the_time(self):
        _, status, output = self.run_drive(
            [{"state": "thinking", "events": []}], [ticket("T1", "angry", [])], "--timeout", "0"
        )
        self.assertEqual(status, 1)
        self.assertIn("not at rest when the time was up", output)

    def test_nobody_there_is_said(self):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
            status = drive.main(["--url", "http://127.0.0.1:9", "--shop", "http://127.0.0.1:9", "--count", "1"])
        self.assertEqual(status, 69)
        self.assertIn("drive:", errors.getvalue())


class RuleTest(unittest.TestCase):
    def test_the_approvers_rule(self):
        for kind, amount, expected in (
            ("refund_over_limit", 200, "approve"), ("refund_over_limit", 200.01, "reject"), ("damaged", 64, "approve"),
            ("injection", 64, "reject"), ("wrong_item", None, "reject"), ("wrong_item", True, "reject"),
        ):  # fmt: skip
            self.assertEqual(drive.decide(kind, wait("w", "x", "approval", amount=amount))[0], expected, (kind, amount))
        other = {"context": {"tool": "send_email", "arguments": {"amount": 5}}}
        self.assertEqual(drive.decide("damaged", other)[0], "reject")


class JournalTest(unittest.TestCase):
    def test_a_call_that_the_model_got_wrong_is_no_decision(self):
        call = {"type": "tool_call", "call_id": "c", "name": "search_policy", "arguments": "{"}
        denied = {"type": "tool_call_denied", "call_id": "c", "failure": {"kind": "invalid_arguments"}}
        facts = journals.read([answered(call), denied])
        self.assertEqual(facts.tools(), [])

    def test_a_doubt_that_was_settled_counts_as_done(self):
        facts = journals.read(refund_journal())
        self.assertEqual(facts.keys("create_refund"), {"k1"})
        self.assertEqual((facts.attempts, facts.retries, facts.fallbacks), (4, 1, 1))


class TicketsTest(unittest.TestCase):
    def test_the_tickets_are_what_the_example_promises(self):
        tickets = drive.load_tickets(HERE / "tickets.jsonl")
        self.assertEqual(len(tickets), 60)
        self.assertEqual(len({entry["id"] for entry in tickets}), 60)
        self.assertEqual(len({entry["text"] for entry in tickets}), 60)
        self.assertEqual({entry["kind"] for entry in tickets}, KINDS)
        customers = set(catalog.CUSTOMERS)
        for entry in tickets:
            self.assertIn(entry["customer"], customers)
            self.assertLessEqual(set(entry["expect"]["tools"]), TOOLS, entry["id"])
            self.assertIn(entry["expect"]["ending"], ("completed", "waiting:input", "waiting:handoff"))


if __name__ == "__main__":
    unittest.main()
