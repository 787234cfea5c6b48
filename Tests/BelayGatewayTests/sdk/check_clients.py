"""Runs client libraries against a running `belay serve` that has a running `belay mock` behind it.

usage: check_clients.py GATEWAY_URL MOCK_URL    (with belay.yaml and scenario.yaml beside this file)

Each check runs twice: once with a provider that speaks OpenAI's protocol behind the gateway, once with one that speaks
Anthropic's; what the mock counted tells that it was really asked in that protocol, and in no other.
"""

import os

# Before the libraries are there: nothing shall be asked of anybody else.
os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="True", OPENAI_AGENTS_DISABLE_TRACING="1", LANGSMITH_TRACING="false")

# Each adds its own to the checks.
import common
import openai_chat
import openai_responses
import anthropic_messages
import langchain_models
import litellm_completion
import pydantic_ai_agents
import openai_agents
import agents_of_belay
import failures
from checks import run

run(common.CHECKS)
