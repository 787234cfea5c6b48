"""Walks every ticket through the scenario: a loop imitates the agent, the shop is the real one.

    belay mock --port 8722 --scenario examples/support/scenario.yaml &
    MOCK_URL=http://127.0.0.1:8722 python3 -m unittest discover -s examples/support -p test_scenario.py

Without MOCK_URL the tests are skipped. They set the mock's faults themselves.
"""

import json
import os
import sys
import unittest
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "shop"))

from test_shop import RunningShop  # noqa: E402

from drive import decide, load_tickets  # noqa: E402

MOCK_URL = os.environ.get("MOCK_URL")
STEPS = 12
TOOLS = {
    "check_order_status": ["order_id"],
    "search_policy": ["query"],
    "create_refund": ["order_id", "amount", "reason"],
    "send_email": ["to", "subject", "body"],
    "ask_user": ["question"],
    "hand_off_to_person": ["reason"],
}


class OpenAI:
    def __init__(self, ticket):
        self.messages = [
            {"role": "system", "content": "You are the support agent."},
            {"role": "user", "content": ticket},
        ]

    def ask(self):
        """Returns (text, [(call id, tool, arguments as JSON text)])."""
        tools = [
            {"type": "function", "function": {"name": name, "parameters": {"type": "object", "required": required}}}
            for name, required in TOOLS.items()
        ]
        body = {"model": "gpt-mock", "messages": self.messages, "tools": tools}
        answer = post("/v1/chat/completions", body, {"Authorization": "Bearer mock"})
        message = answer["choices"][0]["message"]
        self.messages.append(message)
        calls = message.get("tool_calls") or []
        return message.get("content"), [
            (call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls
        ]

    def results(self, results):
        self.messages += [{"role": "tool", "tool_call_id": identifier, "content": text} for identifier, text in results]


class Anthropic:
    def __init__(self, ticket):
        self.messages = [{"role": "user", "content": ticket}]

    def ask(self):
        tools = [
            {"name": name, "input_schema": {"type": "object", "required": required}} for name, required in TOOLS.items()
        ]
        body = {"model": "claude-mock", "max_tokens": 1000, "messages": self.messages, "tools": tools}
        answer = post("/v1/messages", body, {"x-api-key": "mock", "anthropic-version": "2023-06-01"})
        self.messages.append({"role": "assistant", "content": answer["content"]})
        text = "".join(part["text"] for part in answer["content"] if part["type"] == "text")
        return text, [
            (part["id"], part["name"], json.dumps(part["input"]))
            for part in answer["content"]
            if part["type"] == "tool_use"
        ]

    def results(self, results):
        content = [{"type": "tool_result", "tool_use_id": identifier, "content": text} for identifier, text in results]
        self.messages.append({"role": "user", "content": content})


def post(path, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(MOCK_URL.rstrip("/") + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None


class Walk:
    """One ticket, from its text to where it rests."""

    def __init__(self, model, ticket, shop):
        self.model, self.ticket, self.shop = model, ticket, shop
        self.tools, self.approvals, self.refunds, self.emails = [], [], [], 0
        self.ending, self.text, self.mistakes = None, None, 0

    def run(self):
        for _ in range(STEPS):
            text, calls = self.model.ask()
            if not calls:
                self.ending, self.text = "completed", text
                return self
            results = [(identifier, self.call(identifier, name, arguments)) for identifier, name, arguments in calls]
            if self.ending:
                return self
            self.model.results(results)
        self.ending = "endless"
        return self

    def call(self, identifier, name, text):
        try:
            arguments = json.loads(text)
        except ValueError:
            self.mistakes += 1
            return f"The arguments of {name} are not JSON."
        self.tools.append(name)
        missing = [required for required in TOOLS[name] if required not in arguments]
        assert not missing and "(no value" not in json.dumps(arguments), f"{name} {arguments}"
        if name == "check_order_status":
            return self.answer("GET", f"/orders/{arguments['order_id']}")
        if name == "search_policy":
            return self.answer("GET", f"/policies?q={urllib.request.quote(arguments['query'])}")
        if name == "create_refund":
            return self.refund(identifier, arguments)
        if name == "send_email":
            self.emails += 1
            return self.answer("POST", "/emails", arguments, {"Idempotency-Key": f"{self.ticket['id']}-{identifier}"})
        if name == "ask_user" and "reply" in self.ticket:
            return f"The user answered: {self.ticket['reply']}"
        self.ending = {"ask_user": "waiting:input", "hand_off_to_person": "waiting:handoff"}[name]
        return ""

    def refund(self, identifier, arguments):
        if arguments["amount"] > 50:
            wait = {"context": {"tool": "create_refund", "arguments": arguments}}
            decision, reason = decide(self.ticket["kind"], wait)
            self.approvals.append(decision)
            if decision == "reject":
                return f"A person rejected this call: {reason}."
        status, body = self.shop.request(
            "POST", "/refunds", arguments, {"Idempotency-Key": f"{self.ticket['id']}-{identifier}"}
        )
        if status == 201:
            self.refunds.append(float(body["amount"]))
        return json.dumps(body)

    def answer(self, *request):
        return json.dumps(self.shop.request(*request)[1])


@unittest.skipUnless(MOCK_URL, "MOCK_URL says where the mock listens")
class ScenarioTest(unittest.TestCase):
    def test_every_ticket_over_openai(self):
        self.walk_all(OpenAI)

    def test_every_ticket_over_anthropic(self):
        self.walk_all(Anthropic)

    def test_calls_with_broken_arguments_are_made_again(self):
        mistakes = self.walk_all(OpenAI, faults=[{"kind": "invalid_arguments", "rate": 0.2}])
        self.assertGreater(mistakes, 5)

    def set_faults(self, faults):
        post("/_mock/faults", {"percent": 0, "faults": faults}, {})

    def walk_all(self, model, faults=()):
        """Returns how often the model got a call wrong."""
        shop, mistakes = RunningShop(), 0
        self.addCleanup(shop.stop)
        self.set_faults(list(faults))
        self.addCleanup(self.set_faults, [])
        for ticket in load_tickets(HERE / "tickets.jsonl"):
            with self.subTest(ticket=ticket["id"], kind=ticket["kind"]):
                expected = ticket["expect"]
                walk = Walk(model(ticket["text"]), ticket, shop).run()
                mistakes += walk.mistakes
                self.assertEqual(sorted(walk.tools), sorted(expected["tools"]))
                self.assertEqual(walk.ending, expected["ending"])
                self.assertEqual(walk.refunds, [expected["refund"]] if "refund" in expected else [])
                self.assertEqual(walk.approvals, [expected["approval"]] if "approval" in expected else [])
                self.assertEqual(walk.emails, expected.get("emails", 0))
                if walk.ending == "completed":
                    self.assertGreater(len(walk.text), 40)
                    self.assertNotRegex(walk.text, r"\(no value|null|\{\{")
        return mistakes


if __name__ == "__main__":
    unittest.main()
