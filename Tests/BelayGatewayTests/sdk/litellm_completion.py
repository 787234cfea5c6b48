"""`litellm`, in either protocol."""

import functools
import json

import litellm

from common import (
    ANSWER, CHAT_TOOL, check, GATEWAY, HELLO, is_person, KEY, MODELS, Person, QUESTION, status, USAGE, user,
)


def litellm_client(vendor, base_url):
    def client(model):
        # It takes a name of OpenAI's for OpenAI's protocol, whatever stands before it.
        name = "route/openai" if vendor == "anthropic" and model == MODELS["openai"] else model
        return functools.partial(
            litellm.completion, model=f"{vendor}/{name}", api_base=base_url, api_key=KEY, timeout=20, max_retries=0)

    return client


litellm.suppress_debug_info = True
LITELLM = {"openai": litellm_client("openai", GATEWAY + "/v1"), "anthropic": litellm_client("anthropic", GATEWAY)}


@check(clients=LITELLM)
def litellm_text(complete):
    assert complete(messages=user("hi")).choices[0].message.content == HELLO
    usage = complete(messages=user("usage")).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == USAGE, usage


@check(clients=LITELLM)
def litellm_stream(complete):
    chunks = list(complete(messages=user("usage"), stream=True, stream_options={"include_usage": True}))
    whole = litellm.stream_chunk_builder(chunks)
    assert whole.choices[0].message.content == "Counted." and whole.choices[0].finish_reason == "stop"
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == USAGE, whole.usage


@check(clients=LITELLM)
def litellm_tools(complete):
    litellm_results(complete, complete(messages=user(QUESTION), tools=[CHAT_TOOL]))


@check(clients=LITELLM)
def litellm_tools_streamed(complete):
    chunks = list(complete(messages=user(QUESTION), tools=[CHAT_TOOL], stream=True))
    litellm_results(complete, litellm.stream_chunk_builder(chunks))


def litellm_results(complete, answer):
    message = answer.choices[0].message
    results = [
        {"role": "tool", "tool_call_id": c.id, "content": status(**json.loads(c.function.arguments))}
        for c in message.tool_calls
    ]
    final = complete(messages=[*user(QUESTION), message.model_dump(), *results], tools=[CHAT_TOOL])
    assert final.choices[0].message.content == ANSWER, final


@check(clients=LITELLM)
def litellm_structured(complete):
    answer = complete(messages=user("a person please"), response_format=Person)
    assert is_person(Person.model_validate_json(answer.choices[0].message.content)), answer


@check
def litellm_responses(model):
    answer = litellm.responses(
        model=f"openai/{model}", input="hi", api_base=GATEWAY + "/v1", api_key=KEY, timeout=20, max_retries=0)
    assert answer.output[0].content[0].text == HELLO, answer
