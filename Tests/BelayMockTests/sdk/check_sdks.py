"""Runs the official `openai` and `anthropic` SDKs against a running `belay mock`.

usage: check_sdks.py BASE_URL    (for example http://127.0.0.1:4010; the scenario is support.yaml beside this file)
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

import anthropic
import openai

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sdk"))
from checks import Mock, raises, run, user

BASE = sys.argv[1].rstrip("/")
MOCK = Mock(BASE)
control, fault = MOCK.control, MOCK.fault
MODEL = "mock-small"
OPENAI_TOOL = {
    "type": "function",
    "function": {
        "name": "check_order_status",
        "description": "Looks an order up",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "integer"}}, "required": ["order_id"]},
    },
}
ANTHROPIC_TOOL = {
    "name": "check_order_status",
    "description": "Looks an order up",
    "input_schema": OPENAI_TOOL["function"]["parameters"],
}
o = openai.OpenAI(base_url=BASE + "/v1", api_key="sk-test", max_retries=0, timeout=20)
a = anthropic.Anthropic(base_url=BASE, api_key="sk-ant-test", max_retries=0, timeout=20)

CHECKS = []


def check(function):
    CHECKS.append((function.__name__, function))
    return function


def bare(path, body, headers={}):
    """A request without an SDK: the status and the body, whatever the status."""
    headers = {"content-type": "application/json", **headers}
    request = urllib.request.Request(BASE + path, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def ask_openai(text="hi", **more):
    return o.chat.completions.create(model=MODEL, messages=user(text), **more)


def ask_anthropic(text="hi", **more):
    return a.messages.create(model=MODEL, max_tokens=500, messages=user(text), **more)


# OpenAI


@check
def openai_text():
    answer = ask_openai("hi")
    choice = answer.choices[0]
    assert choice.message.content == "Hello. You said: hi", choice
    assert choice.finish_reason == "stop" and answer.object == "chat.completion" and answer.model == MODEL
    assert answer.id.startswith("chatcmpl-") and answer._request_id.startswith("req_")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


@check
def openai_stream():
    chunks = list(ask_openai("hi", stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "Hello. You said: hi"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]
    assert all(c.usage is None for c in chunks) and len({c.id for c in chunks}) == 1


@check
def openai_stream_usage_comes_last_and_alone():
    chunks = list(ask_openai("usage", stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and all(c.usage is None for c in chunks[:-1])
    usage = chunks[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (140, 27, 167), usage
    assert usage.prompt_tokens_details.cached_tokens == 40
    assert usage.completion_tokens_details.reasoning_tokens == 7
    assert ask_openai("usage").usage.total_tokens == 167


@check
def openai_parallel_tools_there_and_back():
    question = user("where are order 1234 and order 77?")
    answer = o.chat.completions.create(model=MODEL, messages=question, tools=[OPENAI_TOOL])
    calls = answer.choices[0].message.tool_calls
    assert answer.choices[0].finish_reason == "tool_calls" and answer.choices[0].message.content is None
    assert [json.loads(c.function.arguments) for c in calls] == [{"order_id": 1234}, {"order_id": 77}]
    assert len({c.id for c in calls}) == 2 and all(c.id.startswith("call_") for c in calls)
    results = [
        {"role": "tool", "tool_call_id": c.id, "content": json.dumps({"status": s})}
        for c, s in zip(calls, ["shipped", "lost"])
    ]
    history = question + [answer.choices[0].message] + results
    final = o.chat.completions.create(model=MODEL, messages=history, tools=[OPENAI_TOOL])
    assert final.choices[0].message.content == "First shipped, second lost.", final


@check
def openai_stream_parallel_tools():
    with o.chat.completions.stream(
        model=MODEL, messages=user("where are order 1234 and order 77?"), tools=[OPENAI_TOOL]
    ) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert [json.loads(c.function.arguments) for c in message.tool_calls] == [{"order_id": 1234}, {"order_id": 77}]


@check
def openai_structured_output():
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": {"type": "object"}}}
    answer = ask_openai("a person please", response_format=form)
    assert json.loads(answer.choices[0].message.content) == {"name": "Ada", "age": 36}


@check
def openai_max_tokens_cuts():
    answer = ask_openai("long", max_tokens=5)
    assert answer.choices[0].finish_reason == "length" and len(answer.choices[0].message.content) == 20
    assert answer.usage.completion_tokens == 5


@check
def openai_models():
    assert [m.id for m in o.models.list()] == ["mock-small", "mock-tiny"]
    assert o.models.retrieve("mock-small").id == "mock-small"
    assert raises(openai.NotFoundError, lambda: o.models.retrieve("gpt-none")).code == "model_not_found"


@check
def openai_missing_key():
    status, answer = bare("/v1/chat/completions", {"model": MODEL, "messages": user("hi")})
    assert status == 401 and answer["error"]["type"] == "invalid_request_error"


@check
def openai_typed_errors():
    wanted = [
        ("rate_limited", openai.RateLimitError, 429),
        ("server_error", openai.InternalServerError, 500),
        ("unavailable", openai.InternalServerError, 503),
        ("overloaded", openai.InternalServerError, 529),
        ("unauthorized", openai.AuthenticationError, 401),
        ("context_overflow", openai.BadRequestError, 400),
        ("quota_exhausted", openai.RateLimitError, 429),
    ]
    for kind, error, status in wanted:
        for stream in (False, True):
            with fault(kind):
                raised = raises(error, lambda: ask_openai(stream=stream))
            assert raised.status_code == status and raised.message, kind
            if kind == "context_overflow":
                assert raised.code == "context_length_exceeded"
            if kind == "quota_exhausted":
                assert raised.code == "insufficient_quota"


@check
def openai_bad_requests():
    raised = raises(openai.NotFoundError, lambda: o.chat.completions.create(model="gpt-none", messages=user("hi")))
    assert raised.code == "model_not_found"
    tiny = lambda: o.chat.completions.create(model="mock-tiny", messages=user("x" * 400))
    assert raises(openai.BadRequestError, tiny).code == "context_length_exceeded"
    orphan = user("hi") + [{"role": "tool", "tool_call_id": "call_none", "content": "?"}]
    raises(openai.BadRequestError, lambda: o.chat.completions.create(model=MODEL, messages=orphan))


@check
def openai_connection_faults():
    for kind in ("reset_before_headers", "reset_in_headers"):
        with fault(kind):
            raises(openai.APIConnectionError, ask_openai)
    with fault("silence"):
        raises(openai.APITimeoutError, lambda: o.with_options(timeout=0.3).chat.completions.create(model=MODEL, messages=user("hi")))
    with fault("error_in_200"):
        raises(openai.APIError, lambda: list(ask_openai("long", stream=True)))
    with fault("refusal"):
        assert ask_openai().choices[0].message.refusal
    with fault("content_filter"):
        assert ask_openai().choices[0].finish_reason == "content_filter"


@check
def openai_retry_after_is_honoured():
    with fault("rate_limited", times=1, retry_after="50ms", retry_after_form="milliseconds"):
        answer = o.with_options(max_retries=1).chat.completions.create(model=MODEL, messages=user("hi"))
    assert answer.choices[0].message.content == "Hello. You said: hi"


# Anthropic


@check
def anthropic_text():
    answer = ask_anthropic("hi", system="Be brief.")
    assert answer.content[0].text == "Hello. You said: hi" and answer.stop_reason == "end_turn"
    assert answer.type == "message" and answer.role == "assistant" and answer.model == MODEL
    assert answer.id.startswith("msg_01") and answer._request_id.startswith("req_01")
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0


@check
def anthropic_stream():
    with a.messages.stream(model=MODEL, max_tokens=500, messages=user("hi")) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == "Hello. You said: hi" == final.content[0].text and final.stop_reason == "end_turn"


@check
def anthropic_stream_events_and_usage():
    events = list(ask_anthropic("usage", stream=True))
    kinds = [e.type for e in events]
    assert kinds[:2] == ["message_start", "content_block_start"] and kinds[-3:] == [
        "content_block_stop", "message_delta", "message_stop"], kinds
    start, delta = events[0].message.usage, events[-2].usage
    assert (start.input_tokens, start.cache_read_input_tokens, delta.output_tokens) == (100, 40, 27)
    whole = ask_anthropic("usage").usage
    assert (whole.input_tokens, whole.cache_read_input_tokens, whole.output_tokens) == (100, 40, 27)


@check
def anthropic_parallel_tools_there_and_back():
    question = user("where are order 1234 and order 77?")
    answer = ask_anthropic("where are order 1234 and order 77?", tools=[ANTHROPIC_TOOL])
    assert answer.stop_reason == "tool_use" and [b.type for b in answer.content] == ["tool_use", "tool_use"]
    assert [b.input for b in answer.content] == [{"order_id": 1234}, {"order_id": 77}]
    assert all(b.id.startswith("toolu_01") for b in answer.content)
    results = [
        {"type": "tool_result", "tool_use_id": b.id, "content": json.dumps({"status": s})}
        for b, s in zip(answer.content, ["shipped", "lost"])
    ]
    history = question + [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    final = a.messages.create(model=MODEL, max_tokens=500, messages=history, tools=[ANTHROPIC_TOOL])
    assert final.content[0].text == "First shipped, second lost.", final


@check
def anthropic_stream_parallel_tools():
    with a.messages.stream(
        model=MODEL, max_tokens=500, messages=user("where are order 1234 and order 77?"), tools=[ANTHROPIC_TOOL]
    ) as stream:
        final = stream.get_final_message()
    assert [b.input for b in final.content] == [{"order_id": 1234}, {"order_id": 77}]
    assert final.stop_reason == "tool_use"


@check
def anthropic_count_tokens_and_models():
    assert a.messages.count_tokens(model=MODEL, messages=user("hello there")).input_tokens > 0
    assert [m.id for m in a.models.list()] == ["mock-small", "mock-tiny"]


@check
def anthropic_missing_key_and_version():
    body = {"model": MODEL, "max_tokens": 5, "messages": user("hi")}
    status, answer = bare("/v1/messages", body)
    assert status == 401 and answer["error"]["type"] == "authentication_error"
    status, answer = bare("/v1/messages", body, {"x-api-key": "k"})
    assert status == 400 and answer["error"]["type"] == "invalid_request_error"


@check
def anthropic_typed_errors():
    wanted = [
        ("rate_limited", anthropic.RateLimitError, 429, "rate_limit_error"),
        ("server_error", anthropic.InternalServerError, 500, "api_error"),
        ("unavailable", anthropic.InternalServerError, 503, "api_error"),
        ("overloaded", anthropic.InternalServerError, 529, "overloaded_error"),
        ("unauthorized", anthropic.AuthenticationError, 401, "authentication_error"),
        ("context_overflow", anthropic.BadRequestError, 400, "invalid_request_error"),
    ]
    for kind, error, status, name in wanted:
        for stream in (False, True):
            with fault(kind):
                raised = raises(error, lambda: ask_anthropic(stream=stream))
            assert raised.status_code == status and raised.body["error"]["type"] == name, kind


@check
def anthropic_bad_requests():
    raises(anthropic.NotFoundError, lambda: a.messages.create(model="claude-none", max_tokens=5, messages=user("hi")))
    call = {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}
    open_call = user("hi") + [{"role": "assistant", "content": [call]}] + user("and?")
    raised = raises(
        anthropic.BadRequestError, lambda: a.messages.create(model=MODEL, max_tokens=5, messages=open_call))
    assert "toolu_1" in raised.message


@check
def anthropic_connection_faults():
    for kind in ("reset_before_headers", "reset_in_headers"):
        with fault(kind):
            raises(anthropic.APIConnectionError, ask_anthropic)
    with fault("silence"):
        raises(anthropic.APITimeoutError, lambda: a.with_options(timeout=0.3).messages.create(
            model=MODEL, max_tokens=5, messages=user("hi")))
    with fault("error_in_200"):
        raises(anthropic.APIError, lambda: list(ask_anthropic("long", stream=True)))
    with fault("refusal"):
        assert ask_anthropic().stop_reason == "refusal"


@check
def statistics_add_up():
    control("reset", {})
    ask_openai("usage")
    list(ask_anthropic("usage", stream=True))
    with fault("server_error"):
        raises(openai.InternalServerError, ask_openai)
    stats = control("stats")
    assert stats["requests"]["total"] == 3 and stats["requests"]["streaming"] == 1
    assert stats["requests"]["by_protocol"] == {"anthropic": 1, "openai": 2}
    assert stats["answered"] == 2 and stats["faults"]["by_kind"] == {"server_error": 1}
    assert stats["tokens"] == {"input": 280, "output": 54, "cached": 80, "reasoning": 14}
    assert [r["fault"] for r in control("requests")["requests"]] == [None, None, "server_error"]


run(CHECKS)
