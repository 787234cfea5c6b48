"""Agents of Belay, taken for models by `openai`, `anthropic` and LangChain."""

from langchain_core.messages import AIMessage, HumanMessage
import openai

from anthropic_messages import a
from common import check, HELLO, user, USAGE
from langchain_models import LANGCHAIN
from openai_chat import o

AGENTS = {"openai": "agent/by-openai", "anthropic": "agent/by-anthropic"}


@check(models=AGENTS)
def agent_by_openai_chat(model):
    answer = o.chat.completions.with_raw_response.create(model=model, messages=user("hi"))
    choice = answer.parse().choices[0]
    assert choice.message.content == HELLO and choice.finish_reason == "stop", choice
    assert answer.headers["x-belay-execution"].startswith("exe_")
    usage = o.chat.completions.create(model=model, messages=user("usage")).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == USAGE, usage


@check(models=AGENTS)
def agent_by_openai_chat_streamed(model):
    options = {"include_usage": True}
    chunks = list(o.chat.completions.create(model=model, messages=user("usage"), stream=True, stream_options=options))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Counted."
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == USAGE, chunks[-1]


@check(models=AGENTS)
def agent_by_openai_responses(model):
    assert o.responses.create(model=model, input="hi").output_text == HELLO
    with o.responses.stream(model=model, input="hi") as stream:
        text = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
        assert text == stream.get_final_response().output_text == HELLO


@check(models=AGENTS)
def agent_by_anthropic(model):
    answer = a.messages.create(model=model, max_tokens=100, messages=user("hi"))
    assert answer.content[0].text == HELLO and answer.stop_reason == "end_turn", answer
    with a.messages.stream(model=model, max_tokens=100, messages=user("hi")) as stream:
        assert "".join(stream.text_stream) == HELLO
        assert stream.get_final_message().usage.output_tokens > 0


@check(models=AGENTS, clients=LANGCHAIN)
def agent_by_langchain(model):
    assert model.invoke([HumanMessage("good day"), AIMessage("Good day."), HumanMessage("hi")]).text == HELLO
    assert "".join(c.text for c in model.stream("hi")) == HELLO


@check(models=AGENTS, asks=False)
def agent_refuses_what_it_decides_itself(model):
    try:
        o.chat.completions.create(model=model, messages=user("hi"), temperature=0.5)
    except openai.BadRequestError as error:
        assert error.param == "temperature", error
    else:
        raise AssertionError("the temperature was taken")


@check(models=AGENTS)
def agent_is_told_once_by_a_key(model):
    def ask():
        more = {"Idempotency-Key": f"key-{model}"}
        reply = o.chat.completions.with_raw_response.create(model=model, messages=user("hi"), extra_headers=more)
        return reply.headers["x-belay-execution"]

    assert ask() == ask()
