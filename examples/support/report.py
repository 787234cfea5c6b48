"""The driver's last word: the table, and what has to be true of a run."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

EFFECTS = {"refunds": "create_refund", "emails": "send_email"}
HAND_OFF = "hand_off_to_person"
GOOD_REASONS = (None, "completed", "escalated")


def ending(case):
    """`completed`, `failed`, `cancelled`, `waiting:KIND` or `unfinished`."""
    if case.wait:
        return f"waiting:{case.wait['kind']}"
    state = case.execution["state"] if case.execution else "unfinished"
    return state if state in ("completed", "failed", "cancelled") else "unfinished"


def ended_well(case):
    """Completed by its own decision, or waiting for somebody for a reason that is stated."""
    if case.wait:
        return bool(case.wait.get("question", "").strip())
    return ending(case) == "completed" and case.execution.get("reason") in GOOD_REASONS


def handed_over_by_runtime(case):
    """No model could be reached, so a person was asked in the agent's place."""
    return ending(case) == "waiting:handoff" and HAND_OFF not in case.facts.tools()


def table(cases, statistics):
    """The lines of the summary."""
    endings = Counter(ending(case) for case in cases)
    facts = [case.facts for case in cases]
    waiting = sum(count for name, count in endings.items() if name.startswith("waiting:"))
    handed = [case for case in cases if ending(case) == "waiting:handoff"]
    runtime = sum(handed_over_by_runtime(case) for case in handed)
    doubts = [call for fact in facts for call in fact.calls if call.in_doubt]
    durations = sorted(filter(None, (seconds(case.execution) for case in cases if ending(case) == "completed")))
    rows = [
        ("tickets", len(cases)),
        ("  completed", endings["completed"]),
        ("  waiting", f"{waiting}{detail(waits_by_kind(endings))}"),
        ("  handed over", f"{len(handed)}{detail({'by the agent': len(handed) - runtime, 'by the runtime': runtime})}"),
        ("  failed", endings["failed"] + endings["cancelled"] + endings["unfinished"]),
        ("approvals", f"{sum(len(case.approvals) for case in cases)}{detail(decisions(cases))}"),
        ("model calls", sum(fact.model_calls for fact in facts)),
        ("  attempts", sum(fact.attempts for fact in facts)),
        ("  retries", sum(fact.retries for fact in facts)),
        ("  fallbacks", sum(fact.fallbacks for fact in facts)),
        ("  breaker openings", figure(statistics, "breaker_openings")),
        ("  failed attempts", detail(sum((fact.failures for fact in facts), Counter()), plain=True) or 0),
        ("tool calls", detail(Counter(name for fact in facts for name in fact.tools()), plain=True) or 0),
        ("  in doubt", f"{len(doubts)}{detail(Counter(call.settled for call in doubts))}"),
        ("tokens", f"{sum(tokens(case.execution) for case in cases):,}"),
        ("cost", f"${sum((cost(case.execution) for case in cases), Decimal()):.4f}"),
        ("duration of completed", f"p50 {percentile(durations, 50):.2f} s, p95 {percentile(durations, 95):.2f} s"),
    ]
    return [f"{name:<24}{value}" for name, value in rows]


def waiting_lines(cases):
    """Who is waited for, and why, in the words of the wait."""
    return [
        f"{case.ticket['id']} {case.ticket['kind']}: {case.wait['kind']}: {shortened(case.wait.get('question', ''))}"
        for case in cases
        if case.wait
    ]


def failures(cases, effects, strict):
    """What is wrong with the run: for each claim, the tickets or keys that break it. Empty when all is well."""
    problems = [
        f"{case.ticket['id']} did not end well: {ending(case)}, {why(case)}" for case in cases if not ended_well(case)
    ]
    problems += effect_problems(cases, effects)
    if strict:
        problems += [problem for case in cases for problem in surprises(case)]
        problems += refund_surprises(cases, effects)
    return problems


def effect_problems(cases, effects):
    """The shop's books against the journals, key by key."""
    problems = []
    for kind, tool in EFFECTS.items():
        in_shop = effects[kind]["by_key"]
        happened = {key for key, entry in in_shop.items() if entry["effects"]}
        told = set().union(*(case.facts.keys(tool) for case in cases))
        problems += [
            f"{kind}: key {key} has {in_shop[key]['effects']} effects"
            for key in happened
            if in_shop[key]["effects"] != 1
        ]
        problems += [f"{kind}: key {key} happened and no journal tells of it" for key in sorted(happened - told)]
        problems += [f"{kind}: key {key} is in a journal and did not happen" for key in sorted(told - happened)]
    return problems


def surprises(case):
    """Where a ticket ended otherwise than expected; none for one that the runtime had to hand over."""
    if handed_over_by_runtime(case):
        return []
    expected, problems = case.ticket["expect"], []
    if ending(case) != expected["ending"]:
        problems.append(f"{case.ticket['id']} ended as {ending(case)}, expected {expected['ending']}: {why(case)}")
    if Counter(case.facts.tools()) != Counter(expected["tools"]):
        problems.append(
            f"{case.ticket['id']} used {', '.join(case.facts.tools()) or 'no tool'}, "
            f"expected {', '.join(expected['tools']) or 'no tool'}"
        )
    if expected.get("approval") != (case.approvals[-1] if case.approvals else None):
        problems.append(f"{case.ticket['id']} approvals: {case.approvals}, expected {expected.get('approval')}")
    return problems


def refund_surprises(cases, effects):
    """Whether each ticket was paid what it should, once."""
    problems, paid = [], effects["refunds"]["by_key"]
    for case in cases:
        amounts = [
            float(paid[key]["amount"]) for key in case.facts.keys("create_refund") if paid.get(key, {}).get("effects")
        ]
        expected = [case.ticket["expect"]["refund"]] if "refund" in case.ticket["expect"] else []
        if amounts != expected and not handed_over_by_runtime(case):
            problems.append(f"{case.ticket['id']} was refunded {amounts}, expected {expected}")
    return problems


def effect_lines(effects):
    lines = [f"answers lost after the deed: {effects.get('lost_answers', 0)}"]
    for kind in EFFECTS:
        keys = effects[kind]["by_key"].values()
        again = sum(entry["attempts"] > 1 for entry in keys)
        total = f", ${effects[kind]['total']} in all" if "total" in effects[kind] else ""
        most = max((entry["effects"] for entry in keys), default=0)
        lines.append(
            f"{kind}: {effects[kind]['count']}{total}; keys sent more than once: {again}; most effects of a key: {most}"
        )
    return lines


def why(case):
    if case.error:
        return case.error
    failure = (case.execution or {}).get("failure") or {}
    return failure.get("message") or (case.execution or {}).get("reason") or "no reason given"


def waits_by_kind(endings):
    return {name.removeprefix("waiting:"): count for name, count in endings.items() if name.startswith("waiting:")}


def decisions(cases):
    return Counter({"approve": "approved", "reject": "rejected"}[choice] for case in cases for choice in case.approvals)


def detail(counts, plain=False):
    """`a 3, b 1`, the most frequent first."""
    ordered = sorted(
        ((count, name) for name, count in counts.items() if count), key=lambda entry: (-entry[0], entry[1])
    )
    text = ", ".join(f"{name} {count}" for count, name in ordered)
    return text if plain or not text else f" ({text})"


def figure(statistics, name):
    """A counter of the server's statistics, summed over wherever it stands; `?` when there is none."""
    found = list(_find(statistics, name))
    return sum(found) if found else "?"


def _find(value, name):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, (int, float)):
                yield inner
            else:
                yield from _find(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _find(inner, name)


def tokens(execution):
    """The buckets don't overlap, so their sum is everything; a total, if given, is that sum already."""
    usage = (execution or {}).get("usage") or {}
    return usage.get("total", sum(value for value in usage.values() if isinstance(value, int)))


def cost(execution):
    return Decimal(str((execution or {}).get("cost_usd") or "0"))


def seconds(execution):
    if not execution or not execution.get("ended"):
        return None
    return (moment(execution["ended"]) - moment(execution["started"])).total_seconds()


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def percentile(ordered, share):
    """Nearest rank; 0 for nothing."""
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else 0.0


def shortened(text, limit=140):
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def by_kind(cases):
    """Per kind of ticket: how many, and how they ended."""
    kinds = defaultdict(Counter)
    for case in cases:
        kinds[case.ticket["kind"]][ending(case)] += 1
    return [f"{kind:<24}{detail(endings, plain=True)}" for kind, endings in kinds.items()]
