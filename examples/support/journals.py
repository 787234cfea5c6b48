"""What a journal says: which tools ran, with which keys, and what the model calls went through."""

from collections import Counter
from dataclasses import dataclass, field

# The model's mistake, not its decision: such a call never reached the tool.
MISTAKES = ("invalid_arguments", "unknown_tool")
# How a doubt that is settled ends the call; `repeatable` doesn't end it.
ENDS = {"happened": "succeeded", "did_not_happen": "failed", "compensated": "failed"}
# Attempts that were not sent: nothing left the house.
NOT_SENT = ("circuit_open", "throttled")


@dataclass
class Call:
    """One tool call of the model."""

    name: str
    key: str | None = None
    outcome: str = "open"  # open, succeeded, failed or denied
    failure: str | None = None
    in_doubt: bool = False
    settled: str = "not settled"  # Who settled the doubt, and how.

    @property
    def is_decision(self):
        return self.failure not in MISTAKES


@dataclass
class Facts:
    """A journal, counted."""

    calls: list = field(default_factory=list)
    model_calls: int = 0
    attempts: int = 0
    retries: int = 0
    fallbacks: int = 0
    failures: Counter = field(default_factory=Counter)
    degraded: int = 0

    def tools(self):
        return [call.name for call in self.calls if call.is_decision]

    def keys(self, tool):
        """The keys of the calls of `tool` that succeeded."""
        return {call.key for call in self.calls if call.name == tool and call.outcome == "succeeded" and call.key}


def read(events):
    """Folds a journal, as `GET /v1/executions/{id}/events` gives it."""
    facts, calls, last = Facts(), {}, None
    for event in events:
        kind = event["type"]
        if kind == "model_call_planned":
            facts.model_calls += 1
            last = None
        elif kind == "model_attempt_failed":
            facts.failures[event["failure"]["kind"]] += 1
            if event["failure"]["kind"] not in NOT_SENT:
                last = _sent(facts, event["path"], last)
        elif kind == "model_answered":
            if event["degraded"]:
                facts.degraded += 1
            else:
                last = _sent(facts, event["path"], last)
            for part in event["content"]:
                if part["type"] == "tool_call":
                    calls[part["call_id"]] = Call(part["name"])
                    facts.calls.append(calls[part["call_id"]])
        elif kind.startswith("tool_call_") and event["call_id"] in calls:
            _tool_event(calls[event["call_id"]], kind, event)
    return facts


def _sent(facts, path, last):
    facts.attempts += 1
    if last is not None:
        if path == last:
            facts.retries += 1
        else:
            facts.fallbacks += 1
    return path


def _tool_event(call, kind, event):
    if kind == "tool_call_dispatched":
        call.key = event["idempotency_key"]
    elif kind == "tool_call_succeeded":
        call.outcome = "succeeded"
    elif kind in ("tool_call_failed", "tool_call_denied"):
        call.outcome = "failed" if kind == "tool_call_failed" else "denied"
        call.failure = event["failure"]["kind"]
    elif kind == "tool_call_in_doubt":
        call.in_doubt = True
    elif kind == "tool_call_resolved":
        resolution = event["resolution"]
        call.settled = f"{resolution} according to {event['by']}"
        if resolution in ENDS:
            call.outcome = ENDS[resolution]
