"""What stands in the run: the upstream, nginx as a plain proxy to it, Belay, LiteLLM."""

import json
import pathlib
import shutil
import sys

from processes import Child, free_port

TEXT = (
    "The release plan has four parts. First, the agent reads the ticket and lists the files that it may touch. Second, "
    "it writes a short plan and asks for approval where policy wants one. Third, it runs the tools inside the sandbox "
    "and records each call with its cost. Fourth, it checks the result against the acceptance tests and reports. ")
CHAT = {
    "id": "chatcmpl-9f8e7d6c5b4a", "object": "chat.completion", "created": 1730000000, "model": "gpt-4o-mini",
    "choices": [{
        "index": 0, "message": {"role": "assistant", "content": TEXT * 2, "refusal": None}, "logprobs": None,
        "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 182, "completion_tokens": 141, "total_tokens": 323,
        "prompt_tokens_details": {"cached_tokens": 0}},
    "system_fingerprint": "fp_0705bf87c0"}
MESSAGE = {
    "id": "msg_013Zva2CMHLNnjNjJKqJ2EF", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
    "content": [{"type": "text", "text": TEXT * 2}], "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 182, "output_tokens": 141}}


def request_body(model, size):
    """A conversation of about `size` bytes."""
    body = {
        "model": model, "temperature": 0.2, "max_tokens": 256, "stream": False,
        "messages": [{"role": "system", "content": "You are a careful assistant that answers briefly."}]}
    while len(json.dumps(body)) < size - 200:
        role = "assistant" if len(body["messages"]) % 2 == 0 else "user"
        rest = size - len(json.dumps(body)) - 45
        body["messages"].append({"role": role, "content": (TEXT * 8)[:min(rest, 2000)]})
    if body["messages"][-1]["role"] == "assistant":
        body["messages"].append({"role": "user", "content": "Go on."})
    return json.dumps(body)


def anthropic_body(size):
    body = json.loads(request_body("claude-haiku-4-5", size))
    system = body["messages"].pop(0)["content"]
    return json.dumps({**body, "system": system})


def nginx(name, folder, port, workers, locations):
    """nginx in a folder of its own, without an access log."""
    home = pathlib.Path(folder) / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "nginx.conf").write_text(f"""
worker_processes {workers}; daemon off; error_log {home}/error.log; pid {home}/nginx.pid; worker_rlimit_nofile 20000;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_buffer_size 256k; client_max_body_size 16m;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  {locations}
}}
""")
    child = Child(
        name, ["nginx", "-p", str(home), "-e", f"{home}/error.log", "-c", f"{home}/nginx.conf"], port, f"{home}/log")
    child.wait_until()
    return child


def upstream(folder):
    """Answers at once: what is measured is the way there and back. One worker, which a proxy doesn't fill."""
    port = free_port()
    chat, message = (json.dumps(answer).replace("'", "") for answer in (CHAT, MESSAGE))
    return nginx("upstream", folder, port, 1, f"""
  server {{
    listen 127.0.0.1:{port} backlog=1024; default_type application/json;
    location /v1/chat/completions {{ return 200 '{chat}'; }}
    location /v1/messages {{ return 200 '{message}'; }}
  }}""")


def plain_proxy(folder, upstream_port, stream_port):
    """The limit: everything is passed on and nothing looked at. As many workers as Belay has event loops."""
    port = free_port()
    return nginx("nginx", folder, port, "auto", f"""
  upstream up {{ server 127.0.0.1:{upstream_port}; keepalive 512; keepalive_requests 100000000; }}
  upstream streams {{ server 127.0.0.1:{stream_port}; keepalive 512; keepalive_requests 100000000; }}
  proxy_http_version 1.1; proxy_set_header Connection "";
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ proxy_pass http://up; }}
    location /streams/ {{ proxy_pass http://streams/; proxy_buffering off; }}
  }}""")


def belay(binary, folder, upstream_port, stream_port, name="belay"):
    """With breaker, limits, prices and records of usage on, as they are by default."""
    port = free_port()
    home = pathlib.Path(folder) / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    provider = "api_key: benchmark-key, max_concurrent: 4096, breaker: {failures: 5}, retry_budget: {ratio: 0.2}"
    (home / "belay.yaml").write_text(f"""
server: {{host: 127.0.0.1, port: {port}}}
store: {{path: {home}/belay.db}}
providers:
  openai:
    {{kind: openai, base_url: "http://127.0.0.1:{upstream_port}/v1", {provider},
     prices: {{gpt-4o-mini: {{input: 0.15, output: 0.60, cached_input: 0.075}}}}}}
  anthropic:
    {{kind: anthropic, base_url: "http://127.0.0.1:{upstream_port}", {provider},
     prices: {{claude-haiku-4-5: {{input: 1.00, output: 5.00, cached_input: 0.10}}}}}}
  streams:
    {{kind: openai, base_url: "http://127.0.0.1:{stream_port}/v1", {provider},
     prices: {{gpt-4o-mini: {{input: 0.15, output: 0.60, cached_input: 0.075}}}}}}
routes:
  default: {{paths: [{{model: openai/gpt-4o-mini, limit: 20s}}], cache: false}}
  crossed: {{paths: [{{model: anthropic/claude-haiku-4-5, limit: 20s}}], cache: false}}
  streams: {{paths: [{{model: streams/gpt-4o-mini, limit: 300s}}], total: 300s, cache: false}}
""")
    return Child(name, [binary, "serve", "--config", f"{home}/belay.yaml"], port, f"{home}/log")


def litellm(program, folder, upstream_port):
    port = free_port()
    home = pathlib.Path(folder) / "litellm"
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.yaml").write_text(f"""
model_list:
  - model_name: gpt-4o-mini
    litellm_params: {{model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:{upstream_port}/v1", api_key: benchmark-key}}
""")
    child = Child(
        "litellm", [program, "--config", f"{home}/config.yaml", "--port", str(port), "--host", "127.0.0.1"], port,
        f"{home}/log", {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"})
    child.wait_until("/health/liveliness", seconds=120, every=0.1)
    return child


def stream_upstream(folder):
    port = free_port()
    script = str(pathlib.Path(__file__).with_name("stream_upstream.py"))
    child = Child("stream upstream", [sys.executable, script, str(port)], port, f"{folder}/stream-upstream.log")
    child.wait_until()
    return child
