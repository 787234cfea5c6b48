import Belay
import BelayResilience
import BelayTesting
import Foundation
import Testing

@testable import BelayConfiguration

struct AssemblyTests {
    /// So that a program and a file that say nothing mean the same.
    @Test func theDefaultsAreThoseOfTheLibrary() {
        let provider = Configuration.Provider(name: "p", kind: .openAI).settings
        let bare = ProviderSettings(name: "p", kind: .openAI)
        #expect(provider.baseURL == bare.baseURL && provider.key == nil && provider.headers == bare.headers)
        #expect(provider.timeouts == bare.timeouts && provider.breaker == bare.breaker)
        #expect(provider.maxConcurrent == bare.maxConcurrent && provider.retryBudget == bare.retryBudget)
        let path = ModelPath(provider: "p", model: "m")
        #expect(
            Configuration.Route(name: "r", paths: [.init(model: path)]).route
                == BelayModels.Route(name: "r", paths: [.init(path)]))
        #expect(
            Configuration.Tool(name: "t", description: "d").descriptor
                == ToolDescriptor(name: "t", description: "d", parameters: Configuration.Tool(name: "t").parameters))
        #expect(
            Configuration(agents: [.init(name: "a", instructions: "i")]).makeAgents()
                == [AgentDefinition(name: "a", version: "1", instructions: "i")])
        let options = Configuration().runtimeOptions
        let bareOptions = RuntimeOptions()
        #expect(options.concurrency == bareOptions.concurrency && options.lease == bareOptions.lease)
        #expect(options.drain == bareOptions.drain && options.pollInterval == bareOptions.pollInterval)
        #expect(options.parallelTools == bareOptions.parallelTools)
        #expect(Configuration().messages == GatewayOptions().userMessages)
    }

    @Test func everyKeyReachesItsPart() throws {
        let text = """
            providers:
              p:
                kind: anthropic
                base_url: http://127.0.0.1:1/x
                api_key: key
                headers: {x-a: b}
                timeouts: {connect: 1s, headers: 2s, first_token: 3s, stall: 4s, total: 5s}
                max_concurrent: 6
                breaker: {failures: 7, recovery: 8s, successes: 9}
                retry_budget: {ratio: 0.5, per_second: 10, window: 20s}
            routes:
              r:
                paths: [{model: p/m, limit: 1s}]
                attempts: 2
                attempts_per_path: 3
                total: 4s
                backoff: {base: 5ms, cap: 6ms}
                cache: false
                patience: 7s
                on_refusal: nextPath
            runtime: {concurrency: 2, lease: 3s, poll_interval: 40ms, drain: 50s, parallel_tools: 6}
            messages: {model_unavailable: "Versuchen Sie es später noch einmal."}
            """
        let configuration = try Configuration.parse(text)
        let provider = configuration.providers[0].settings
        #expect(provider.kind == .anthropic && provider.baseURL == "http://127.0.0.1:1/x")
        #expect(provider.key?.reveal() == "key" && provider.headers == ["x-a": "b"] && provider.maxConcurrent == 6)
        #expect(
            provider.timeouts
                == PhaseLimits(
                    connect: .seconds(1), responseHeaders: .seconds(2), firstToken: .seconds(3),
                    betweenTokens: .seconds(4), total: .seconds(5)))
        #expect(
            provider.breaker
                == CircuitBreakerPolicy(
                    trip: .consecutiveFailures(7), recoveryTimeout: .seconds(8), successesToClose: 9))
        #expect(
            configuration.routes[0].route
                == BelayModels.Route(
                    name: "r", paths: [.init("p", "m", limit: .seconds(1))], maxAttempts: 2, maxAttemptsPerPath: 3,
                    total: .seconds(4), backoffBase: .milliseconds(5), backoffCap: .milliseconds(6),
                    patience: .seconds(7),
                    cache: .off, onRefusal: .nextPath))
        #expect(provider.retryBudget == RetryBudgetPolicy(ratio: 0.5, minimumPerSecond: 10, window: .seconds(20)))
        let options = configuration.runtimeOptions
        #expect(options.concurrency == 2 && options.lease == .seconds(3) && options.pollInterval == .milliseconds(40))
        #expect(options.drain == .seconds(50) && options.parallelTools == 6)
    }

    @Test func endpointsLimitsAndHedgesAreTakenOver() throws {
        let text = """
            providers:
              p:
                kind: openai
                rate_limits: {tokens_per_minute: 9000}
                endpoints:
                  - {api_key: one}
                  - {name: eu, base_url: "http://127.0.0.1:1/v1", weight: 2.5, rate_limits: {requests_per_minute: 60}}
            routes:
              fixed: {paths: [{model: p/m}], hedge: {after: 2s}}
              usual: {paths: [{model: p/m}], hedge: {percentile: 95, share: 0.05}}
            """
        let configuration = try Configuration.parse(text)
        let provider = configuration.providers[0].settings
        #expect(provider.rateLimits == OutgoingRateLimits(tokensPerMinute: 9_000))
        #expect(provider.endpoints.map(\.name) == ["1", "eu"])
        #expect(provider.endpoints[0].key?.reveal() == "one" && provider.endpoints[0].rateLimits == nil)
        #expect(provider.endpoints[1].baseURL == "http://127.0.0.1:1/v1" && provider.endpoints[1].weight == 2.5)
        #expect(provider.endpoints[1].rateLimits == OutgoingRateLimits(requestsPerMinute: 60))
        let hedges = configuration.routes.map(\.route.hedge)
        #expect(hedges == [Hedge(.after(.seconds(2))), Hedge(.percentile(0.95), share: 0.05)])
        let neither = problems("routes: {r: {paths: [{model: p/m}], hedge: {}}}")
        #expect(neither.contains { $0.contains("missing key 'after' or 'percentile'") })
        let twice = problems("providers: {p: {kind: openai, endpoints: [{name: a}, {name: a}]}}")
        #expect(twice.contains { $0.contains("two endpoints have the same name") })
    }

    @Test func aBreakerMayCountTheShareOfFailures() throws {
        let text = "providers: {p: {kind: openai, breaker: {failure_rate: 0.6, window: 10s, minimum_calls: 8}}}"
        let configuration = try Configuration.parse(text)
        #expect(
            configuration.providers[0].settings.breaker
                == CircuitBreakerPolicy(trip: .failureRate(0.6, window: .seconds(10), minimumCalls: 8)))
        #expect(try Configuration.parse(configuration.redactedYAML()) == configuration)
    }

    @Test(.timeLimit(.minutes(5)))
    func usersReadTheMessagesOfTheFile() async throws {
        let text = """
            providers: {p: {kind: openai, base_url: "http://127.0.0.1:1"}}
            routes: {default: {paths: [{model: p/m}], attempts: 1}}
            messages: {model_unavailable: Bitte warten.}
            """
        let gateway = try Configuration.parse(text).makeGateway()
        let call = ModelCall(request: ModelRequest(messages: [.user("Hi")]), route: "default")
        let failure = await #expect(throws: ModelCallFailure.self) { try await gateway.call(call, observe: nil) }
        #expect(failure?.userMessage == "Bitte warten.")
    }

    @Test func toolsBecomeRequestsAndServers() throws {
        let text = """
            tools:
              refund:
                description: Pays back
                http: {method: POST, url: "http://127.0.0.1/refunds/{id}", headers: {a: b}, query: {c: d}, body: {n: "{id}"}}
                parameters: {type: object, properties: {id: {type: string}}, required: [id]}
                probe: {url: "http://127.0.0.1/by-key/{idempotency_key}"}
                timeout: 5s
              clock:
                mcp: {command: [server, --utc], env: {A: b}, tools: [now], prefix: c_}
                effect: readOnly
                timeout: 2s
            """
        let configuration = try Configuration.parse(text, folder: "/srv/agent")
        let refund = configuration.tools[0]
        #expect(
            refund.specification
                == HTTPToolSpecification(
                    call: .init(
                        "POST", "http://127.0.0.1/refunds/{id}", query: ["c": "d"], headers: ["a": "b"],
                        body: .template(["n": "{id}"])),
                    probe: .init("GET", "http://127.0.0.1/by-key/{idempotency_key}")))
        #expect(refund.descriptor.inDoubt == .probe && refund.descriptor.timeout == .seconds(5))
        #expect(configuration.makeTools().map(\.name) == ["refund"])
        #expect(
            configuration.makeServers().map(\.server.specification) == [
                MCPServerSpecification(
                    "clock", command: ["server", "--utc"], environment: ["A": "b"], workingDirectory: "/srv/agent",
                    tools: ["now"], prefix: "c_", rules: ToolRules(effect: .readOnly, timeout: .seconds(2)))
            ])
    }

    @Test func anAgentThatNamesAServerGetsAllItsTools() {
        let agent = Configuration.Agent(name: "a", instructions: "i", tools: ["clock", "refund", "c_now"])
        let configuration = Configuration(agents: [agent])
        #expect(
            configuration.makeAgents(served: ["clock": ["c_now", "c_zone"]]).map(\.tools) == [
                ["c_now", "c_zone", "refund"]
            ])
    }

    @Test func anEmptyKeyIsNone() throws {
        let configuration = try Configuration.parse("providers: {p: {kind: openai, api_key: '${KEY:-}'}}")
        #expect(configuration.providers[0].settings.key == nil)
    }

    @Test func withoutProvidersThereIsNoGateway() {
        #expect(throws: GatewayConfigurationError.self) { try Configuration().makeGateway() }
    }

    @Test(.timeLimit(.minutes(5)))
    func aRuntimeRunsForAsLongAsItsBody() async throws {
        let folder = try TemporaryFolder()
        for file in ProjectTemplate.assistant.files { try folder.write(file.path, file.content) }
        let configuration = try Configuration.load(folder.path + "/belay.yaml", environment: [:])
        for _ in 1...2 {  // The second time on the file of the first.
            let names = try await configuration.withRuntime { runtime, _ in runtime.agentNames }
            #expect(names == ["assistant"])
        }
        await #expect(throws: CancellationError.self) {
            try await configuration.withRuntime { _, _ in throw CancellationError() }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func onlyTheServersOfTheAgentsInUseAreStarted() async throws {
        let folder = try TemporaryFolder()
        var configuration = try Configuration.parse(support + "store: {path: a.db}\n", folder: folder.path)
        configuration.tools.append(.init(name: "gone", mcp: .init(command: ["/no/such/program"])))
        configuration.tools.append(
            .init(name: "far", mcp: .init(command: ["/no/such/program"], tools: ["a b"], prefix: "far_")))
        configuration.agents.append(.init(name: "clock", instructions: "Tell.", tools: ["gone"]))
        configuration.agents.append(.init(name: "traveller", instructions: "Go.", tools: ["far_a_b"]))
        configuration.agents.append(.init(name: "idle", instructions: "Wait."))
        let broken = configuration
        // Who needs no server is known too: another execution of a session may be theirs.
        let names = try await broken.withRuntime(agents: ["support"]) { runtime, _ in runtime.agentNames.sorted() }
        #expect(names == ["idle", "support"])
        for agent in ["clock", "traveller"] {
            await #expect(throws: MCPServerError.self) { try await broken.withRuntime(agents: [agent]) { _, _ in } }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aServerThatTakesLongIsNamed() async throws {
        let folder = try TemporaryFolder()
        var configuration = try Configuration.parse(support + "store: {path: a.db}\n", folder: folder.path)
        let script = "while [ ! -e '\(folder.path)/go' ]; do sleep 0.01; done; exit 3"
        configuration.tools.append(.init(name: "slow", mcp: .init(command: ["/bin/sh", "-c", script])))
        let slow = configuration
        let log = LogRecorder()
        let clock = ManualClock()
        let line = "notice: an MCP server is awaited server=slow"
        async let failure = #expect(throws: MCPServerError.self) {
            try await slow.withRuntime(logger: log.logger(from: .notice), clock: clock) { _, _ in }
        }
        await clock.sleepers(1)
        #expect(!log.lines.contains(line))
        clock.advance(by: .seconds(1))
        while !log.lines.contains(line), !Task.isCancelled { await Task.yield() }
        try Data().write(to: URL(fileURLWithPath: folder.path).appendingPathComponent("go"))
        #expect(await failure?.server == "slow")
    }

    @Test(.timeLimit(.minutes(5)))
    func theWarningsOfAFileAreLogged() async throws {
        let folder = try TemporaryFolder()
        let configuration = try Configuration.parse(support + "store: {path: a.db}\n", folder: folder.path)
        let log = LogRecorder()
        try await configuration.withRuntime(logger: log.logger(from: .notice)) { _, _ in }
        #expect(log.lines.count == 1)
        #expect(
            log.lines.first?.hasPrefix("warning: belay.yaml:5:21: routes.default.paths[0].model: 'main/gpt'") == true)
    }

    @Test(.timeLimit(.minutes(5)))
    func aServerThatDoesNotStartIsAnError() async throws {
        let folder = try TemporaryFolder()
        let text = support + "store: {path: a.db}\n"
        var configuration = try Configuration.parse(text, folder: folder.path)
        configuration.tools.append(.init(name: "gone", mcp: .init(command: ["/no/such/program"])))
        let broken = configuration
        await #expect(throws: MCPServerError.self) { try await broken.withRuntime { _, _ in } }
    }
}
