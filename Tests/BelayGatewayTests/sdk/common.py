"""What the checks of all client libraries share: where the gateway and the mock are, what is asked of them, `check`."""

import asyncio
import functools
import json
import sys
from pathlib import Path

import pydantic

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sdk"))
from checks import Mock, raises, user

GATEWAY, MOCK = sys.argv[1].rstrip("/"), Mock(sys.argv[2])
KEY = "client-key"
MODELS = {"openai": "gpt-4o-mini", "anthropic": "claude-haiku-4-5"}  # By the kind of the provider behind them.

HELLO = "Hello. You said: hi"
USAGE = (140, 27)  # Of "usage": input with what was cached, output with its reasoning.
ORDERS = {1234: "shipped", 77: "lost"}
QUESTION = "where are order 1234 and order 77?"
ANSWER = "First shipped, second lost."
PARAMETERS = {
    "type": "object",
    "properties": {"order_id": {"type": "integer"}},
    "required": ["order_id"],
    "additionalProperties": False,
}
CHAT_TOOL = {
    "type": "function",
    "function": {
        "name": "check_order_status",
        "description": "Looks an order up",
        "parameters": PARAMETERS,
        "strict": True,
    },
}

CHECKS = []
LOOP = asyncio.Runner()  # One for all: some libraries keep their connections, which belong to a loop.


class Person(pydantic.BaseModel):
    """A person."""

    name: str
    age: int


def check(function=None, *, clients={"": lambda model: model}, models=MODELS, asks=True):
    """Makes a function a check of each client with each kind of provider.

    It is called with what the client makes of the model's name, by default the name itself; a coroutine is awaited.
    `asks` tells whether its requests get as far as the provider."""
    if function is None:
        return functools.partial(check, clients=clients, models=models, asks=asks)
    for label, client in clients.items():
        for kind, model in models.items():
            name = f"{function.__name__} {label}".strip() + f", provider {kind}"
            CHECKS.append((name, functools.partial(once, function, client, kind, model, asks)))
    return function


def once(function, client, kind, model, asks):
    MOCK.control("reset", {})
    result = function(client(model))
    if asyncio.iscoroutine(result):
        LOOP.run(result)
    asked = {protocol for protocol, count in MOCK.control("stats")["requests"]["by_protocol"].items() if count}
    assert asked == ({kind} if asks else set()), f"the provider was asked in {asked}"


def status(order_id):
    return json.dumps({"status": ORDERS[order_id]})


def check_order_status(order_id: int) -> str:
    """Looks an order up."""
    return status(order_id)


def is_person(value):
    """Whether a model that saw the schema wrote this: the scenario's values, or those that the mock fills in."""
    return isinstance(value, Person) and value.name in ("Ada", "text") and value.age in (36, 1)
