"""`pydantic-ai`, in all three protocols."""

import anthropic
import openai
import pydantic_ai
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from common import ANSWER, check, check_order_status, GATEWAY, HELLO, is_person, KEY, Person, QUESTION, USAGE


def openai_provider():
    client = openai.AsyncOpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20)
    return OpenAIProvider(openai_client=client)


def anthropic_provider():
    client = anthropic.AsyncAnthropic(base_url=GATEWAY, api_key=KEY, max_retries=0, timeout=20)
    return AnthropicProvider(anthropic_client=client)


PYDANTIC_AI = {
    "openai": lambda model: OpenAIChatModel(model, provider=openai_provider()),
    "openai responses": lambda model: OpenAIResponsesModel(model, provider=openai_provider()),
    # It asks for output by a schema only where it knows that the model can: this one's name it doesn't know.
    "anthropic": lambda model: AnthropicModel(
        model, provider=anthropic_provider(), profile=ModelProfile(supports_json_schema_output=True)),
}


@check(clients=PYDANTIC_AI)
async def pydantic_ai_text(model):
    assert (await pydantic_ai.Agent(model).run("hi")).output == HELLO
    usage = (await pydantic_ai.Agent(model).run("usage")).usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (*USAGE, 40), usage


@check(clients=PYDANTIC_AI)
async def pydantic_ai_stream(model):
    async with pydantic_ai.Agent(model).run_stream("usage") as result:
        assert "".join([text async for text in result.stream_text(delta=True)]) == "Counted."
        usage = result.usage
    assert (usage.input_tokens, usage.output_tokens) == USAGE, usage


@check(clients=PYDANTIC_AI)
async def pydantic_ai_tools(model):
    agent = pydantic_ai.Agent(model, tools=[check_order_status])
    assert (await agent.run(QUESTION)).output == ANSWER


@check(clients=PYDANTIC_AI)
async def pydantic_ai_tools_streamed(model):
    agent = pydantic_ai.Agent(model, tools=[check_order_status])
    async with agent.run_stream(QUESTION) as result:
        assert await result.get_output() == ANSWER


@check(clients=PYDANTIC_AI)
async def pydantic_ai_structured_by_tool(model):
    agent = pydantic_ai.Agent(model, output_type=Person)
    assert is_person((await agent.run("a person please")).output)


@check(clients=PYDANTIC_AI)
async def pydantic_ai_structured_by_schema(model):
    agent = pydantic_ai.Agent(model, output_type=pydantic_ai.NativeOutput(Person))
    assert is_person((await agent.run("a person please")).output)


@check(clients=PYDANTIC_AI)
async def pydantic_ai_structured_streamed(model):
    agent = pydantic_ai.Agent(model, output_type=Person)
    async with agent.run_stream("a person please") as result:
        assert is_person(await result.get_output())
