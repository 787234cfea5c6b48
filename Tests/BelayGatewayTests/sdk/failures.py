"""What `openai` and `anthropic` make of errors, broken streams and retries."""

import functools

import anthropic
import openai

from anthropic_messages import a, messages
from common import check, MOCK, MODELS, raises, user
from openai_chat import chat, o

ASKS = {
    "chat": lambda model: functools.partial(chat, model),
    "responses": lambda model: lambda text="hi", **more: o.responses.create(model=model, input=text, **more),
}


@check(asks=False)
def openai_wrong_key(model):
    stranger = o.with_options(api_key="somebody-else")
    for ask in (
        lambda: stranger.chat.completions.create(model=model, messages=user("hi")),
        lambda: stranger.responses.create(model=model, input="hi", stream=True),
    ):
        error = raises(openai.AuthenticationError, ask)
        assert error.status_code == 401 and error.code == "invalid_api_key" and error.message, error.body


@check(asks=False, clients={name: lambda _, ask=ask: ask("gpt-none") for name, ask in ASKS.items()})
def openai_unknown_model(ask):
    error = raises(openai.NotFoundError, ask)
    assert error.code == "model_not_found" and error.param == "model" and "gpt-none" in error.message, error.body


@check(asks=False, clients=ASKS)
def openai_bad_parameters(ask):
    error = raises(openai.BadRequestError, lambda: ask(temperature=9))
    assert error.param == "temperature" and error.type == "invalid_request_error", error.body
    error = raises(openai.BadRequestError, lambda: ask(extra_body={"colour": "red"}))
    assert error.param == "colour" and error.code == "unknown_parameter", error.body
    error = raises(openai.BadRequestError, lambda: ask(stream=True, top_p=2))
    assert error.param == "top_p", error.body


@check(asks=False)
def openai_what_cannot_be_carried_is_refused(model):
    if model == MODELS["anthropic"]:
        for name, value in (("n", 2), ("logprobs", True), ("modalities", ["text", "audio"])):
            error = raises(openai.BadRequestError, lambda: chat(model, **{name: value}))
            assert error.param == name and error.code == "unsupported_parameter", error.body
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": {"type": "nothing"}}}
    error = raises(openai.BadRequestError, lambda: chat(model, response_format=form))
    assert error.param.startswith("response_format.json_schema.schema"), error.body


@check(clients=ASKS)
def openai_provider_overloaded(ask):
    with MOCK.fault("overloaded"):
        for stream in (False, True):
            error = raises(openai.InternalServerError, lambda: ask(stream=stream))
            assert error.status_code == 503 and error.message and error.code == "server_error", error.body


@check
def openai_retries_are_not_multiplied(model):
    patient = o.with_options(max_retries=2)
    with MOCK.fault("server_error"):
        error = raises(
            openai.InternalServerError, lambda: patient.chat.completions.create(model=model, messages=user("hi")))
    assert_tried_by_the_gateway_only(error)


def assert_tried_by_the_gateway_only(error):
    """It tried as often as its route says, and told the client that more is in vain."""
    assert error.status_code == 502 and error.response.headers["x-should-retry"] == "false", error
    assert MOCK.control("stats")["requests"]["total"] == 3, MOCK.control("stats")


@check
def openai_chat_stream_that_is_cut(model):
    with MOCK.fault("cut"):
        raises(openai.APIError, lambda: list(chat(model, "long", stream=True)))


@check
def openai_responses_stream_that_is_cut(model):
    """In this protocol a failed response is an event, and only the streaming helper raises."""
    with MOCK.fault("cut"):
        last = list(o.responses.create(model=model, input="long", stream=True))[-1]
        assert last.type == "response.failed" and last.response.error.code == "server_error", last
        with o.responses.stream(model=model, input="long") as stream:
            raises(RuntimeError, stream.get_final_response)


@check(clients=ASKS)
def openai_client_that_leaves(ask):
    stream = ask("slow", stream=True)
    next(iter(stream))
    stream.close()
    MOCK.until(lambda stats: stats["client_disconnects"] == 1 and stats["in_flight"] == 0)


@check(asks=False)
def anthropic_wrong_key(model):
    stranger = a.with_options(api_key="somebody-else")
    for stream in (False, True):
        error = raises(
            anthropic.AuthenticationError,
            lambda: stranger.messages.create(model=model, max_tokens=5, messages=user("hi"), stream=stream))
        assert error.status_code == 401 and error.body["error"]["type"] == "authentication_error", error.body


@check(asks=False)
def anthropic_unknown_model(model):
    error = raises(anthropic.NotFoundError, lambda: messages("claude-none"))
    assert error.body["error"]["type"] == "not_found_error" and "claude-none" in error.message, error.body


@check(asks=False)
def anthropic_bad_parameters(model):
    for name, value in (("temperature", 9), ("top_p", 2), ("colour", "red")):
        error = raises(anthropic.BadRequestError, lambda: messages(model, extra_body={name: value}))
        assert error.body["error"]["type"] == "invalid_request_error", error.body
        assert error.body["error"]["message"].startswith(f"{name}: "), error.body


@check
def anthropic_provider_overloaded(model):
    with MOCK.fault("overloaded"):
        for stream in (False, True):
            error = raises(anthropic.InternalServerError, lambda: messages(model, stream=stream))
            assert error.status_code == 529 and error.body["error"]["type"] == "overloaded_error", error.body


@check
def anthropic_retries_are_not_multiplied(model):
    patient = a.with_options(max_retries=2)
    with MOCK.fault("server_error"):
        error = raises(
            anthropic.InternalServerError,
            lambda: patient.messages.create(model=model, max_tokens=5, messages=user("hi")))
    assert_tried_by_the_gateway_only(error)


@check
def anthropic_stream_that_is_cut(model):
    with MOCK.fault("cut"):
        raises(anthropic.APIError, lambda: list(messages(model, "long", stream=True)))


@check
def anthropic_client_that_leaves(model):
    stream = messages(model, "slow", stream=True)
    next(iter(stream))
    stream.close()
    MOCK.until(lambda stats: stats["client_disconnects"] == 1 and stats["in_flight"] == 0)
