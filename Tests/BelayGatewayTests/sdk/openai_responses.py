"""`openai`: responses, with its helpers for streams and structured output."""

import json

import openai

from common import ANSWER, GATEWAY, HELLO, KEY, PARAMETERS, QUESTION, USAGE, Person, check, is_person, status, user

o = openai.OpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20)
RESPONSES_TOOL = {"type": "function", "name": "check_order_status", "parameters": PARAMETERS, "strict": True}


@check
def openai_responses_text(model):
    answer = o.responses.create(model=model, input="hi", instructions="Be brief.")
    assert answer.output_text == HELLO and answer.status == "completed" and answer.object == "response"
    usage = o.responses.create(model=model, input="usage").usage
    assert (usage.input_tokens, usage.output_tokens) == USAGE and usage.input_tokens_details.cached_tokens == 40, usage


@check
def openai_responses_stream(model):
    events = list(o.responses.create(model=model, input="usage", stream=True))
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "Counted."
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    assert [e.sequence_number for e in events] == list(range(len(events)))
    usage = events[-1].response.usage
    assert (usage.input_tokens, usage.output_tokens) == USAGE, usage


@check
def openai_responses_tools(model):
    answer = o.responses.create(model=model, input=QUESTION, tools=[RESPONSES_TOOL])
    assert responses_with_results(model, answer).output_text == ANSWER


@check
def openai_responses_tools_streamed(model):
    with o.responses.stream(model=model, input=QUESTION, tools=[RESPONSES_TOOL]) as stream:
        stream.until_done()
        answer = stream.get_final_response()
    assert responses_with_results(model, answer).output_text == ANSWER


def responses_with_results(model, answer):
    calls = [item for item in answer.output if item.type == "function_call"]
    assert [json.loads(c.arguments) for c in calls] == [{"order_id": 1234}, {"order_id": 77}], answer
    results = [
        {"type": "function_call_output", "call_id": c.call_id, "output": status(**json.loads(c.arguments))}
        for c in calls
    ]
    history = [*user(QUESTION), *answer.output, *results]
    return o.responses.create(model=model, input=history, tools=[RESPONSES_TOOL])


@check
def openai_responses_structured(model):
    answer = o.responses.parse(model=model, input="a person please", text_format=Person)
    assert is_person(answer.output_parsed), answer


@check
def openai_responses_structured_streamed(model):
    with o.responses.stream(model=model, input="a person please", text_format=Person) as stream:
        stream.until_done()
        assert is_person(stream.get_final_response().output_parsed)
