"""`openai-agents`, in both of OpenAI's protocols."""

import agents
import openai

from common import ANSWER, check, check_order_status, GATEWAY, HELLO, is_person, KEY, Person, QUESTION, USAGE


def agents_client():
    return openai.AsyncOpenAI(base_url=GATEWAY + "/v1", api_key=KEY, max_retries=0, timeout=20)


AGENTS = {
    "responses": lambda model: agents.OpenAIResponsesModel(model, agents_client()),
    "chat": lambda model: agents.OpenAIChatCompletionsModel(model, agents_client()),
}


def agent(model, **more):
    return agents.Agent(name="Support", instructions="Be brief.", model=model, **more)


@check(clients=AGENTS)
async def agents_text(model):
    result = await agents.Runner.run(agent(model), "hi")
    assert result.final_output == HELLO
    usage = (await agents.Runner.run(agent(model), "usage")).context_wrapper.usage
    assert (usage.input_tokens, usage.output_tokens) == USAGE, usage


@check(clients=AGENTS)
async def agents_stream(model):
    result = agents.Runner.run_streamed(agent(model), "hi")
    deltas = [e.data.delta async for e in result.stream_events()
              if e.type == "raw_response_event" and e.data.type == "response.output_text.delta"]
    assert "".join(deltas) == HELLO == result.final_output


@check(clients=AGENTS)
async def agents_tools(model):
    tools = [agents.function_tool(check_order_status)]
    assert (await agents.Runner.run(agent(model, tools=tools), QUESTION)).final_output == ANSWER


@check(clients=AGENTS)
async def agents_tools_streamed(model):
    result = agents.Runner.run_streamed(agent(model, tools=[agents.function_tool(check_order_status)]), QUESTION)
    async for _ in result.stream_events():
        pass
    assert result.final_output == ANSWER


@check(clients=AGENTS)
async def agents_structured(model):
    result = await agents.Runner.run(agent(model, output_type=Person), "a person please")
    assert is_person(result.final_output), result.final_output
