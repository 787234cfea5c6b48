import BelayCore
import BelayJSON
import Testing

@testable import BelayConfiguration

struct ConfigurationTests {
    @Test func anEmptyFileHasEveryDefault() throws {
        for text in ["", "# nothing\n", "server:\nagents: ~\n"] {
            #expect(try Configuration.parse(text) == Configuration())
        }
        let defaults = Configuration()
        #expect(defaults.server.host == "127.0.0.1" && defaults.server.port == 8_711 && defaults.server.keys.isEmpty)
        #expect(defaults.store.path == "belay.db")
        #expect(defaults.runtime.concurrency == 64 && defaults.runtime.lease == .seconds(10))
    }

    @Test func readsEverySection() throws {
        let text = """
            server: {host: "::1", port: 0, keys: [12345678, "${KEY:-}"]}
            store: {path: data/b.db}
            providers:
              primary:
                kind: anthropic
                base_url: http://127.0.0.1:8722/v1
                api_key: ${KEY:-mock}
                headers: {x-team: support}
                timeouts: {connect: 1s, headers: 2s, first_token: 250ms, stall: 4s, total: 5m}
                prices: {m: {input: 0.15, output: "$0.60", cached_input: 0.075}}
                max_concurrent: 8
                breaker: {failures: 3, recovery: 30s, successes: 1}
            routes:
              default:
                paths: [{model: primary/a/b, limit: 20s}]
                attempts: 4
                attempts_per_path: 2
                total: 30s
                backoff: {base: 100ms, cap: 2s}
                cache: false
            runtime: {concurrency: 2, lease: 1m}
            """
        let configuration = try Configuration.parse(text)
        #expect(configuration.server == .init(host: "::1", port: 0, keys: [APIKey("12345678", name: "key-1")]))
        #expect(configuration.store.path == "data/b.db")
        #expect(
            configuration.providers == [
                .init(
                    name: "primary", kind: .anthropic, baseURL: "http://127.0.0.1:8722/v1", apiKey: Secret("mock"),
                    headers: ["x-team": Secret("support")],
                    timeouts: .init(
                        connect: .seconds(1), headers: .seconds(2), firstToken: .milliseconds(250), stall: .seconds(4),
                        total: .seconds(300)),
                    prices: ["m": Price(input: 150, output: 600, cacheRead: 75)], maxConcurrent: 8,
                    breaker: .init(failures: 3, recovery: .seconds(30), successes: 1))
            ])
        #expect(
            configuration.routes == [
                .init(
                    name: "default",
                    paths: [.init(model: ModelPath(provider: "primary", model: "a/b"), limit: .seconds(20))],
                    attempts: 4,
                    attemptsPerPath: 2, total: .seconds(30), backoff: .init(base: .milliseconds(100), cap: .seconds(2)),
                    cache: .off)
            ])
        #expect(configuration.runtime == .init(concurrency: 2, lease: .seconds(60)))
    }

    @Test func readsEveryKindOfProviderAndWhatItsModelsCanDo() throws {
        let text = """
            providers:
              a: {kind: openai-responses}
              b: {kind: azure, base_url: "https://r.openai.azure.com", api_version: 2025-01-01-preview}
              c: {kind: openrouter, headers: {HTTP-Referer: "https://shop.test", X-Title: Shop}}
              d:
                kind: gemini
                models: {"gemma-*": {tools: false, files: true, max_output_tokens: 8192, context_tokens: 32768}}
            """
        let settings = try Configuration.parse(text).providers.map(\.settings)
        #expect(settings.map(\.kind) == [.openAIResponses, .azure, .openRouter, .gemini])
        #expect(settings[1].apiVersion == "2025-01-01-preview")
        #expect(settings[2].baseURL == "https://openrouter.ai/api/v1" && settings[2].headers.count == 2)
        let gemma = settings[3].capabilities(of: "gemma-3-27b-it")
        #expect(!gemma.tools && gemma.files && gemma.images)
        #expect(gemma.maxOutputTokens == 8_192 && gemma.contextTokens == 32_768)
    }

    @Test func readsToolsAndAgents() throws {
        let text = """
            providers: {main: {kind: openai}}
            routes: {fast: {paths: [{model: main/gpt}]}}
            tools:
              send_email:
                description: Sends an email
                http:
                  method: POST
                  url: http://127.0.0.1/emails
                  headers: {authorization: Bearer abc}
                  query: {dry: "1"}
                  body: {to: "{to}", tags: [a, "{to}", 1, no]}
                parameters: {type: object, properties: {to: {type: string}}, required: [to]}
                output: {type: object}
                effect: compensatable
                in_doubt: probe
                probe: {url: "http://127.0.0.1/emails/{idempotency_key}"}
                compensation: {method: DELETE, url: "http://127.0.0.1/emails/{idempotency_key}"}
                approval: {unless: {argument: to, is_one_of: [a@b.c, 1]}}
                approval_expiry: 7d
                timeout: 5s
                calls_per_minute: 600
                max_output_characters: 1000
              clock:
                mcp: {command: [mcp-server-time, --local-timezone, UTC], env: {A: b}, tools: [now], prefix: t_}
                effect: readOnly
            agents:
              support:
                version: 2026-11
                instructions: |
                  You help.
                route: fast
                tools: [send_email, t_now]
                plans: true
                asks_user: false
                hands_off: false
                wait_expiry: 1h
                limits: {steps: 5, tokens_per_step: 10, timeout: 1s, tool_calls: 0, tokens: 9, cost: "$0.25", repeats: 2, model_pauses: 0, session_tokens: 77, at_limit: ask}
                compaction: {on: false, route: fast, context_tokens: 5000, keep_turns: 2, summary_tokens: 300}
            """
        let configuration = try Configuration.parse(text)
        let email = try #require(configuration.tools.first)
        #expect(email.http?.method == .post && email.http?.query == ["dry": Secret("1")])
        #expect(email.http?.effectiveBody == .template(["to": "{to}", "tags": ["a", "{to}", 1, "no"]]))
        #expect(email.probe?.method == .get && email.compensation?.method == .delete)
        #expect(email.effect == .compensatable && email.inDoubt == .probe)
        #expect(email.approval == .unless(argument: "to", isOneOf: ["a@b.c", 1]))
        #expect(email.approvalExpiry == .seconds(7 * 86_400) && email.timeout == .seconds(5))
        #expect(email.callsPerMinute == 600 && email.maxOutputCharacters == 1_000)
        #expect(
            configuration.tools.last?.mcp
                == .init(
                    command: ["mcp-server-time", "--local-timezone", "UTC"], env: ["A": Secret("b")], tools: ["now"],
                    prefix: "t_"))
        let limits = ExecutionLimits(
            maxSteps: 5, maxTokensPerStep: 10, timeout: .seconds(1), maxToolCalls: 0, maxTokens: 9,
            maxCost: Money(nanoDollars: 250_000_000), maxRepeats: 2, maxModelPauses: 0,
            maxSessionTokens: 77, atLimit: .ask)
        #expect(
            configuration.agents == [
                .init(
                    name: "support", version: "2026-11", instructions: "You help.\n", route: "fast",
                    tools: ["send_email", "t_now"], plans: true, asksUser: false, handsOff: false,
                    waitExpiry: .seconds(3_600), limits: limits,
                    compaction: CompactionPolicy(
                        isOn: false, route: "fast", contextTokens: 5_000, keepTurns: 2, summaryTokens: 300))
            ])
    }

    @Test(arguments: [
        (ToolEffect.readOnly, false, InDoubtPolicy.repeatWithSameKey), (.idempotent, true, .repeatWithSameKey),
        (.once, false, .person), (.once, true, .probe), (.compensatable, false, .compensate),
        (.compensatable, true, .probe),
    ])
    func whatHappensInDoubtFollowsFromEffectAndProbe(effect: ToolEffect, hasProbe: Bool, policy: InDoubtPolicy) {
        var tool = Configuration.Tool(name: "t", effect: effect)
        if hasProbe { tool.probe = .init(url: "http://127.0.0.1/") }
        #expect(tool.effectiveInDoubt == policy)
        tool.inDoubt = .person
        #expect(tool.effectiveInDoubt == .person)
    }

    @Test func theBodyFollowsFromTheMethod() {
        let bodies = Configuration.HTTPCall.Method.allCases.map {
            Configuration.HTTPCall(method: $0, url: "").effectiveBody
        }
        #expect(bodies == [.none, .json, .json, .json, .none])
    }
}
