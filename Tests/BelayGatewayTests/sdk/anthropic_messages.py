"""`anthropic`: messages, with its helpers for streams, tools and structured output."""

import anthropic

from common import (
    ANSWER, check, check_order_status, GATEWAY, HELLO, is_person, KEY, PARAMETERS, Person, QUESTION, status, user,
)

a = anthropic.Anthropic(base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=20)
MESSAGES_TOOL = {"name": "check_order_status", "description": "Looks an order up", "input_schema": PARAMETERS}


def messages(model, text="hi", **more):
    return a.messages.create(model=model, max_tokens=500, messages=user(text), **more)


@check
def anthropic_text(model):
    answer = messages(model, system="Be brief.")
    assert answer.content[0].text == HELLO and answer.stop_reason == "end_turn", answer
    assert answer.type == "message" and answer.role == "assistant" and answer.id.startswith("msg_")
    usage = messages(model, "usage").usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (100, 40, 27), usage


@check
def anthropic_stream(model):
    with a.messages.stream(model=model, max_tokens=500, messages=user("hi")) as stream:
        assert "".join(stream.text_stream) == HELLO
        final = stream.get_final_message()
    assert final.content[0].text == HELLO and final.stop_reason == "end_turn"


@check
def anthropic_stream_events_and_usage(model):
    events = list(messages(model, "usage", stream=True))
    kinds = [e.type for e in events]
    assert kinds[:2] == ["message_start", "content_block_start"], kinds
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"], kinds
    with a.messages.stream(model=model, max_tokens=500, messages=user("usage")) as stream:
        usage = stream.get_final_message().usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (100, 40, 27), usage


@check
def anthropic_tools(model):
    answer = messages(model, QUESTION, tools=[MESSAGES_TOOL])
    assert messages_with_results(model, answer).content[0].text == ANSWER


@check
def anthropic_tools_streamed(model):
    with a.messages.stream(model=model, max_tokens=500, messages=user(QUESTION), tools=[MESSAGES_TOOL]) as stream:
        answer = stream.get_final_message()
    assert messages_with_results(model, answer).content[0].text == ANSWER


def messages_with_results(model, answer):
    assert answer.stop_reason == "tool_use"
    assert [b.input for b in answer.content] == [{"order_id": 1234}, {"order_id": 77}], answer
    results = [{"type": "tool_result", "tool_use_id": b.id, "content": status(**b.input)} for b in answer.content]
    history = [*user(QUESTION), {"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    return a.messages.create(model=model, max_tokens=500, messages=history, tools=[MESSAGES_TOOL])


@check
def anthropic_tool_runner(model):
    tool = anthropic.beta_tool(check_order_status)
    runner = a.beta.messages.tool_runner(
        model=model, max_tokens=500, messages=user(QUESTION), tools=[tool], thread=False)
    assert runner.until_done().content[0].text == ANSWER


@check
def anthropic_forced_tool(model):
    tool = {"name": "person", "input_schema": Person.model_json_schema()}
    answer = messages(model, "a person please", tools=[tool], tool_choice={"type": "tool", "name": "person"})
    assert is_person(Person(**answer.content[0].input)), answer


@check
def anthropic_structured(model):
    answer = a.messages.parse(
        model=model, max_tokens=500, messages=user("a person please"), output_format=Person)
    assert is_person(answer.parsed_output), answer


@check
def anthropic_structured_streamed(model):
    with a.messages.stream(
        model=model, max_tokens=500, messages=user("a person please"), output_format=Person
    ) as stream:
        assert is_person(stream.get_final_message().parsed_output)


@check
async def anthropic_asynchronous(model):
    async with anthropic.AsyncAnthropic(base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=20) as client:
        async with client.messages.stream(model=model, max_tokens=500, messages=user("hi")) as stream:
            assert "".join([text async for text in stream.text_stream]) == HELLO
