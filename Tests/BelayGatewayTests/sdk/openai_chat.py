"""`openai`: chat completions, with its helpers for streams and structured output."""

import json

import openai

from common import ANSWER, CHAT_TOOL, check, GATEWAY, HELLO, is_person, KEY, Person, QUESTION, status, USAGE, user

o = openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20)


def chat(model, text="hi", **more):
    return o.chat.completions.create(model=model, messages=user(text), **more)


@check
def openai_chat_text(model):
    answer = chat(model)
    choice = answer.choices[0]
    assert choice.message.content == HELLO and choice.finish_reason == "stop", choice
    assert answer.object == "chat.completion" and answer.id.startswith("chatcmpl-")
    usage = chat(model, "usage").usage
    assert (usage.prompt_tokens, usage.completion_tokens) == USAGE and usage.total_tokens == sum(USAGE), usage
    assert usage.prompt_tokens_details.cached_tokens == 40


@check
def openai_chat_stream(model):
    chunks = list(chat(model, stream=True))
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == HELLO
    assert chunks[0].choices[0].delta.role == "assistant" and len({c.id for c in chunks}) == 1
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]
    assert all(c.usage is None for c in chunks)


@check
def openai_chat_stream_usage_comes_last(model):
    chunks = list(chat(model, "usage", stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and all(c.usage is None for c in chunks[:-1])
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == USAGE, chunks[-1]


@check
def openai_chat_tools(model):
    answer = chat(model, QUESTION, tools=[CHAT_TOOL])
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls" and message.content is None
    final = chat_with_results(model, message)
    assert final.choices[0].message.content == ANSWER, final


@check
def openai_chat_tools_streamed(model):
    with o.chat.completions.stream(model=model, messages=user(QUESTION), tools=[CHAT_TOOL]) as stream:
        kinds = [event.type for event in stream]
        message = stream.get_final_completion().choices[0].message
    assert kinds.count("tool_calls.function.arguments.done") == 2, kinds
    assert [c.function.parsed_arguments for c in message.tool_calls] == [{"order_id": 1234}, {"order_id": 77}]
    final = chat_with_results(model, message)
    assert final.choices[0].message.content == ANSWER, final


def chat_with_results(model, message):
    results = [
        {"role": "tool", "tool_call_id": c.id, "content": status(**json.loads(c.function.arguments))}
        for c in message.tool_calls
    ]
    return o.chat.completions.create(model=model, messages=[*user(QUESTION), message, *results], tools=[CHAT_TOOL])


@check
def openai_chat_structured(model):
    answer = o.chat.completions.parse(model=model, messages=user("a person please"), response_format=Person)
    assert is_person(answer.choices[0].message.parsed), answer


@check
def openai_chat_structured_streamed(model):
    messages = user("a person please")
    with o.chat.completions.stream(model=model, messages=messages, response_format=Person) as stream:
        stream.until_done()
        assert is_person(stream.get_final_completion().choices[0].message.parsed)


@check
async def openai_chat_asynchronous(model):
    async with openai.AsyncOpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20) as client:
        stream = await client.chat.completions.create(model=model, messages=user("hi"), stream=True)
        assert "".join([c.choices[0].delta.content or "" async for c in stream]) == HELLO
