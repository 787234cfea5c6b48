"""`langchain-openai` and `langchain-anthropic`."""

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI

from common import ANSWER, check, check_order_status, GATEWAY, HELLO, is_person, KEY, Person, QUESTION, status, USAGE


def langchain_openai(model, **more):
    return ChatOpenAI(model=model, base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20, **more)


LANGCHAIN = {
    "openai": lambda model: langchain_openai(model, stream_usage=True),
    "openai responses": lambda model: langchain_openai(model, use_responses_api=True),
    "anthropic": lambda model: ChatAnthropic(model=model, base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=20),
}


@check(clients=LANGCHAIN)
def langchain_text(model):
    answer = model.invoke("hi")
    assert answer.text == HELLO, answer
    usage = model.invoke("usage").usage_metadata
    assert (usage["input_tokens"], usage["output_tokens"]) == USAGE, usage
    assert usage["input_token_details"]["cache_read"] == 40, usage


@check(clients=LANGCHAIN)
def langchain_stream(model):
    chunks = list(model.stream("usage"))
    assert "".join(c.text for c in chunks) == "Counted."
    usage = sum(chunks[1:], chunks[0]).usage_metadata
    assert (usage["input_tokens"], usage["output_tokens"]) == USAGE, usage


@check(clients=LANGCHAIN)
def langchain_tools(model):
    model = model.bind_tools([check_order_status])
    langchain_results(model, model.invoke(QUESTION))


@check(clients=LANGCHAIN)
def langchain_tools_streamed(model):
    model = model.bind_tools([check_order_status])
    chunks = list(model.stream(QUESTION))
    langchain_results(model, sum(chunks[1:], chunks[0]))


def langchain_results(model, answer):
    assert [c["args"] for c in answer.tool_calls] == [{"order_id": 1234}, {"order_id": 77}], answer
    results = [ToolMessage(status(**c["args"]), tool_call_id=c["id"]) for c in answer.tool_calls]
    final = model.invoke([HumanMessage(QUESTION), answer, *results])
    assert final.text == ANSWER, final


@check(clients=LANGCHAIN)
def langchain_structured_by_schema(model):
    assert is_person(model.with_structured_output(Person, method="json_schema").invoke("a person please"))


@check(clients=LANGCHAIN)
def langchain_structured_by_tool(model):
    assert is_person(model.with_structured_output(Person, method="function_calling").invoke("a person please"))


@check(clients={name: client for name, client in LANGCHAIN.items() if name != "anthropic"})
def langchain_structured_by_json_mode(model):
    text = "a person please, as JSON with name and age"
    assert is_person(model.with_structured_output(Person, method="json_mode").invoke(text))
