"""What a journal says: which tools ran, with which keys, and what the model calls went through."""

from collections import Counter
from dataclasses import dataclass, field

# The model's mistake, not its decision: such a call never reached the tool.
MISTAKES = ("invalidArguments", "unknownTool")
# How a doubt that is settled ends the call; `repeatable` doesn't end it.
ENDS = {"happened": "succeeded", "didNotHappen": "failed", "compensated": "failed"}
# Attempts that were not sent: nothing left the house.
NOT_SENT = ("circuitOpen", "throttled")


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
    """Folds a journal. An entry has the event's `type` and fields, in itself or under `event`."""
    facts, calls, last = Facts(), {}, None
    for entry in events:
        event = entry.get("event", entry)
        kind = event.get("type")
        if kind == "modelCallPlanned":
            facts.model_calls += 1
            last = None
        elif kind == "attemptFailed":
            attempt = event["attempt"]
            facts.failures[attempt["failure"]["kind"]] += 1
            if attempt["failure"]["kind"] not in NOT_SENT:
                last = _sent(facts, attempt["path"], last)
        elif kind == "modelAnswered":
            if event.get("isDegraded"):
                facts.degraded += 1
            else:
                last = _sent(facts, event["path"], last)
            for part in event["content"]:
                if call := part.get("call"):
                    calls[call["id"]] = Call(call["name"])
                    facts.calls.append(calls[call["id"]])
        elif kind and kind.startswith("toolCall") and event.get("callID") in calls:
            _tool_event(calls[event["callID"]], kind, event)
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
    if kind == "toolCallDispatched":
        call.key = event["idempotencyKey"]
    elif kind == "toolCallSucceeded":
        call.outcome = "succeeded"
    elif kind in ("toolCallFailed", "toolCallDenied"):
        call.outcome = "failed" if kind == "toolCallFailed" else "denied"
        call.failure = event["failure"]["kind"]
    elif kind == "toolCallInDoubt":
        call.in_doubt = True
    elif kind == "toolCallResolved":
        resolution = event["resolution"]
        call.settled = f"{resolution} according to {event['by']}"
        if resolution in ENDS:
            call.outcome = ENDS[resolution]
