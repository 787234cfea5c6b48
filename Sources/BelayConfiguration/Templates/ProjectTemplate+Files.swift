extension ProjectTemplate {
    static let configuration = """
        # Everything that Belay runs here. `belay check` says what is wrong with it, `belay config print` what it means.
        # ${NAME:-default} is an environment variable with a default; ${file:path} is the content of a file.

        store:
          path: belay.db

        providers:
          main:
            kind: openai                        # or: anthropic
            # `belay mock` listens here. For a real provider set OPENAI_BASE_URL and OPENAI_API_KEY (see .env.example).
            base_url: ${OPENAI_BASE_URL:-http://127.0.0.1:8722/v1}
            api_key: ${OPENAI_API_KEY:-mock}
            prices:
              # Dollars for a million tokens; the limit `cost` of an agent counts with them.
              gpt-mock: {input: 0.15, output: 0.60}
              gpt-4o-mini: {input: 0.15, output: 0.60, cached_input: 0.075}

        routes:
          default:
            paths:
              # The first path is preferred; when it fails, the next one answers.
              - {model: "main/${ASSISTANT_MODEL:-gpt-mock}"}

        # Tools are HTTP requests or MCP servers. One of your own:
        #
        # tools:
        #   look_up_order:
        #     description: Looks an order up by its number
        #     http: {method: GET, url: "https://shop.example/orders/{order_id}"}
        #     parameters:
        #       type: object
        #       properties: {order_id: {type: string}}
        #       required: [order_id]
        #     effect: readOnly                  # what isn't read-only is never blindly repeated after a crash

        agents:
          assistant:
            instructions_file: prompts/assistant.md
            tools: []
            limits: {steps: 10, timeout: 120s, cost: "$0.10"}

        """

    static let instructions = """
        You are a friendly assistant.

        Answer in the language of the question, in a few sentences. If you don't know something, say so.
        If a task needs a person, hand it over and say why.

        """

    static let scenario = """
        # What the simulated model of `belay mock` says. The first rule whose conditions all hold answers.

        models: [gpt-mock]

        latency:
          first_token: {p50: 80ms, p95: 300ms}
          per_token: 5ms

        rules:
          - name: greets
            when: {task: {matches: "(?i)\\\\b(hello|hi|hey)\\\\b"}}
            reply: Hello! I am a simulated model. Teach me more in scenario.yaml, or connect a real one in belay.yaml.

        reply: I am a simulated model and have no rule for this. Add one to scenario.yaml.

        # Things that go wrong at real providers, in three of a hundred requests:
        faults_percent: 3
        seed: 1

        """

    static let environment = """
        # Copy to .env, fill in, and load it before belay: `set -a; . ./.env; set +a`
        OPENAI_BASE_URL=https://api.openai.com/v1
        OPENAI_API_KEY=
        ASSISTANT_MODEL=gpt-4o-mini

        """

    static let ignored = """
        .env
        secrets/
        belay.db
        belay.db-wal
        belay.db-shm

        """

    static let readme = """
        # An agent on Belay

        | file | what it is |
        | --- | --- |
        | `belay.yaml` | providers, routes, tools, agents |
        | `prompts/assistant.md` | the agent's instructions |
        | `scenario.yaml` | what the simulated model says |
        | `.env.example` | the variables for a real model |

        Try it with the simulated model, in two terminals:

        ```sh
        belay mock --scenario scenario.yaml
        belay run "Hello there"
        ```

        With a real model:

        ```sh
        cp .env.example .env        # and fill it in
        set -a; . ./.env; set +a
        belay check
        belay run "Hello there"
        ```

        `belay serve` runs the agent behind an HTTP API, with everything it does kept in `belay.db`.

        """
}
