import BelayCore
import BelayJSON
import BelayMock
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// The gateway against a real server with real faults, over real HTTP. The clock stands still unless the test moves it, so
/// no deadline runs out by accident.
@Suite(.timeLimit(.minutes(5)))
struct MockedProviderTests {
    /// One protocol, streamed or not.
    struct Wire: Sendable, CustomTestStringConvertible {
        var kind: ProviderSettings.Kind
        var streams: Bool

        var testDescription: String { "\(self.kind.rawValue)\(self.streams ? " stream" : "")" }

        static let all = [ProviderSettings.Kind.openAI, .openAIResponses, .anthropic].flatMap { kind in
            [Wire(kind: kind, streams: false), Wire(kind: kind, streams: true)]
        }
    }

    /// A fault and what it has to be taken for.
    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var kind: ModelFailure.Kind
        /// In a stream, when that is something else.
        var streamed: ModelFailure.Kind?

        var testDescription: String { self.fault }

        static let all = [
            Case(fault: "rate_limited", kind: .rateLimited), Case(fault: "server_error", kind: .serverError),
            Case(fault: "unavailable", kind: .overloaded), Case(fault: "overloaded", kind: .overloaded),
            Case(fault: "reset_before_headers", kind: .network), Case(fault: "reset_in_headers", kind: .network),
            Case(fault: "cut", kind: .network), Case(fault: "malformed_chunk", kind: .malformedResponse),
            Case(fault: "malformed_json", kind: .malformedResponse), Case(fault: "empty_answer", kind: .emptyResponse),
            Case(fault: "error_in_200", kind: .serverError), Case(fault: "html_in_200", kind: .malformedResponse),
            Case(fault: "wrong_content_type", kind: .malformedResponse),
            Case(fault: "content_filter", kind: .contentFiltered), Case(fault: "refusal", kind: .contentFiltered),
            Case(fault: "context_overflow", kind: .contextTooLong), Case(fault: "unauthorized", kind: .authentication),
            Case(fault: "quota_exhausted", kind: .quotaExhausted),
        ]
    }

    private static let clock = ManualClock()

    private static func gateway(
        _ wire: Wire, port: Int, clock: any Clock<Duration> = Self.clock, attempts: Int = 6, perPath: Int = 3,
        timeouts: PhaseLimits = PhaseLimits()
    ) throws -> Gateway {
        let provider = ProviderSettings(
            name: "mock", kind: wire.kind, baseURL: "http://127.0.0.1:\(port)/v1", key: Secret("mock"),
            timeouts: timeouts, breaker: CircuitBreakerPolicy(trip: .consecutiveFailures(100)))
        let route = Route(
            name: "default", paths: [.init("mock", "first"), .init("mock", "second")], maxAttempts: attempts,
            maxAttemptsPerPath: perPath, backoffBase: .zero, cache: .off)
        return try Gateway(providers: [provider], routes: [route], clock: clock)
    }

    /// Starts a server, runs the body, and shuts the server down whatever happens.
    private static func serving<Value>(
        yaml: String = "", _ body: (MockServer, Int) async throws -> Value
    ) async throws -> Value {
        var configuration = MockConfiguration()
        configuration.scenario = try MockScenario(yaml: yaml, file: "test.yaml")
        configuration.limits.shutdownGrace = .zero
        let server = MockServer(configuration: configuration)
        let port = try await server.start()
        do {
            let value = try await body(server, port)
            await server.shutdown()
            return value
        } catch {
            await server.shutdown()
            throw error
        }
    }

    private static func call(
        _ gateway: Gateway, _ wire: Wire, _ request: ModelRequest = Samples.question
    ) async -> Result<ModelCallResult, any Error> {
        var observe: (@Sendable (ModelProgress) -> Void)?
        if wire.streams { observe = { _ in } }
        do {
            let call = ModelCall(request: request, route: "default")
            return .success(try await gateway.call(call, observe: observe))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: Wire.all, Case.all)
    func everyFaultIsTakenForWhatItIs(wire: Wire, fault: Case) async throws {
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": .string(fault.fault)]]])
            let result = await Self.call(try Self.gateway(wire, port: port), wire)
            let failure = #expect(throws: ModelCallFailure.self) { try result.get() }
            let kind = wire.streams ? fault.streamed ?? fault.kind : fault.kind
            #expect(Set(failure?.attempts.map(\.failure.kind) ?? []) == [kind], "\(String(describing: failure))")
            // The server saw as many requests as the table of dispositions and the budgets allow, and no more.
            let expected = kind.disposition == .transient ? 6 : kind.disposition == .tooLong ? 2 : 1
            #expect(server.statistics()["requests"]?["total"]?.intValue == expected)
            #expect(failure?.attempts.count == expected)
        }
    }

    @Test(arguments: Wire.all)
    func aFaultThatPassesCostsOneAttempt(wire: Wire) async throws {
        for fault in ["server_error", "reset_before_headers", "cut", "malformed_chunk", "error_in_200", "empty_answer"]
        {
            try await Self.serving { server, port in
                try server.setFaults(["faults": [["kind": .string(fault), "times": 1]]])
                let result = try await Self.call(try Self.gateway(wire, port: port), wire).get()
                #expect(result.answer.text == "You said: How are you?", "\(fault)")
                #expect(result.failedAttempts.count == 1)
                #expect(result.path.model == "first")
                #expect(server.statistics()["requests"]?["total"] == 2)
            }
        }
    }

    @Test(arguments: ProviderSettings.Kind.allCases)
    func aStreamWithoutItsTerminatorIsCut(kind: ProviderSettings.Kind) async throws {
        let wire = Wire(kind: kind, streams: true)
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": "missing_terminator"]]])
            let result = await Self.call(try Self.gateway(wire, port: port, attempts: 2), wire)
            let failure = #expect(throws: ModelCallFailure.self) { try result.get() }
            #expect(failure?.attempts.map(\.failure.kind) == [.cutStream, .cutStream])
        }
    }

    @Test(arguments: Wire.all)
    func aClosedPortIsTheNetwork(wire: Wire) async throws {
        let port = try ClosedPort()
        let result = await Self.call(try Self.gateway(wire, port: port.number, attempts: 2), wire)
        let failure = #expect(throws: ModelCallFailure.self) { try result.get() }
        #expect(failure?.attempts.map(\.failure.kind) == [.network, .network])
        withExtendedLifetime(port) {}
    }

    @Test(arguments: Wire.all)
    func silenceRunsIntoTheClockOfTheHeadersOrTheTotal(wire: Wire) async throws {
        let clock = ManualClock()
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": "silence"]]])
            let limits = PhaseLimits(responseHeaders: .seconds(4), total: .seconds(20))
            let gateway = try Self.gateway(wire, port: port, clock: clock, attempts: 1, timeouts: limits)
            async let result = Self.call(gateway, wire)
            #expect(await clock.advanceToNext() == (wire.streams ? .seconds(4) : .seconds(20)))
            let outcome = await result
            let failure = #expect(throws: ModelCallFailure.self) { try outcome.get() }
            #expect(failure?.failure.kind == (wire.streams ? .responseTimeout : .totalTimeout))
        }
    }

    @Test(arguments: ProviderSettings.Kind.allCases, ["slow_first_token", "stall"])
    func pingsDoNotHideSilence(kind: ProviderSettings.Kind, fault: String) async throws {
        let clock = WatchedClock()
        let isStall = fault == "stall"
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": .string(fault), "delay": "10m", "pings": "10ms"]]])
            let limits = PhaseLimits(
                responseHeaders: nil, firstToken: isStall ? nil : .seconds(6), betweenTokens: .seconds(6),
                total: .seconds(1_000))
            let wire = Wire(kind: kind, streams: true)
            let gateway = try Self.gateway(wire, port: port, clock: clock, attempts: 1, timeouts: limits)
            let call = ModelCall(request: Samples.question, route: "default")
            let task = Task { try await gateway.call(call) { _ in } }
            await clock.slept(until: .seconds(6))
            // Content that is still on its way moves the deadline on; pings don't, so in the end it is reached.
            let time = Task { await clock.run() }
            let failure = await #expect(throws: ModelCallFailure.self) { _ = try await task.value }
            time.cancel()
            #expect(failure?.failure.kind == (isStall ? .stallTimeout : .firstTokenTimeout))
        }
    }

    @Test(arguments: Wire.all)
    func parallelToolCallsAndUsageArriveWhole(wire: Wire) async throws {
        let yaml = """
            rules:
              - when: {last_role: user}
                reply:
                  text: Let me look.
                  tool_calls:
                    - {name: weather, arguments: {city: Zürich}}
                    - {name: weather, arguments: {}}
                  usage: {input: 100, cached: 40, output: 30}
            """
        try await Self.serving(yaml: yaml) { _, port in
            let request = ModelRequest(messages: [.user("Weather?")], tools: [Samples.weather])
            let answer = try await Self.call(try Self.gateway(wire, port: port), wire, request).get().answer
            #expect(answer.text == "Let me look.")
            #expect(answer.toolCalls.map(\.name) == ["weather", "weather"])
            #expect(try answer.toolCalls.map { try JSON.parse($0.arguments) } == [["city": "Zürich"], [:]])
            #expect(Set(answer.toolCalls.map(\.id)).count == 2)
            #expect(answer.stopReason == .toolUse)
            #expect(answer.usage.cacheRead == 40)
            #expect(answer.usage.output == 30)
            #expect(answer.model == "first")
        }
    }

    @Test(arguments: Wire.all)
    func aConversationWithToolResultsIsAccepted(wire: Wire) async throws {
        try await Self.serving { _, port in
            let request = ModelRequest(
                system: "Be brief.",
                messages: [
                    .user("Weather in Rome and Oslo?"),
                    Message(
                        role: .assistant,
                        content: [
                            .toolCall(ToolCall(id: "1", name: "weather", arguments: #"{"city":"Rome"}"#)),
                            .toolCall(ToolCall(id: "2", name: "weather", arguments: "{broken")),
                        ]),
                    Message(role: .tool, content: [.toolResult(ToolResult(callID: "1", content: "sunny"))]),
                    Message(
                        role: .tool, content: [.toolResult(ToolResult(callID: "2", content: "no", isError: true))]),
                ], tools: [Samples.weather])
            let answer = try await Self.call(try Self.gateway(wire, port: port), wire, request).get().answer
            #expect(answer.text.hasPrefix("The tool said: "))
        }
    }

    /// Everybody who speaks OpenAI's embeddings.
    static let embedders: [ProviderSettings.Kind] = [.openAI, .openAIResponses, .azure, .openRouter, .gemini]

    @Test(arguments: Self.embedders)
    func embeddingsComeOverHTTP(kind: ProviderSettings.Kind) async throws {
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": "unavailable", "times": 1]]])
            let gateway = try Self.gateway(Wire(kind: kind, streams: false), port: port)
            let request = EmbeddingRequest(["where is my order", "WHERE is my order?", "tomorrow"], dimensions: 32)
            let result = try await gateway.embed(request, route: "default")
            #expect(result.vectors.map(\.count) == [32, 32, 32])
            #expect(result.vectors[0] == result.vectors[1] && result.vectors[0] != result.vectors[2])
            #expect(result.failedAttempts.map(\.failure.kind) == [.overloaded])
            #expect(result.usage.freshInput > 0 && result.usage.output == 0)
        }
    }

    @Test(
        arguments: [
            ("rate_limited", .rateLimited), ("server_error", .serverError), ("overloaded", .overloaded),
            ("reset_in_headers", .network), ("cut", .network), ("malformed_chunk", .malformedResponse),
            ("malformed_json", .malformedResponse), ("empty_answer", .malformedResponse),
            ("error_in_200", .serverError), ("html_in_200", .malformedResponse), ("unauthorized", .authentication),
            ("quota_exhausted", .quotaExhausted),
        ] as [(String, ModelFailure.Kind)])
    func aFaultOfEmbeddingsIsTakenForWhatItIs(fault: String, kind: ModelFailure.Kind) async throws {
        try await Self.serving { server, port in
            try server.setFaults(["faults": [["kind": .string(fault)]]])
            let gateway = try Self.gateway(Wire(kind: .openAI, streams: false), port: port)
            let failure = await #expect(throws: ModelCallFailure.self) {
                try await gateway.embed(EmbeddingRequest(["a"]), route: "default")
            }
            #expect(Set(failure?.attempts.map(\.failure.kind) ?? []) == [kind])
            let expected = kind.disposition == .transient ? 6 : 1
            #expect(server.statistics()["requests"]?["total"]?.intValue == expected)
        }
    }

    /// Many calls under a mix of faults: each is answered or fails honestly, and the server never sees more than the budget.
    @Test(arguments: Wire.all)
    func underAMixOfFaultsTheBudgetHolds(wire: Wire) async throws {
        try await Self.serving { server, port in
            try server.setFaults([
                "faults": [
                    ["kind": "server_error", "rate": 0.15], ["kind": "cut", "rate": 0.15],
                    ["kind": "empty_answer", "rate": 0.1],
                ]
            ])
            let gateway = try Self.gateway(wire, port: port, attempts: 4)
            let results = await withTaskGroup(of: Result<ModelCallResult, any Error>.self) { group in
                for _ in 0..<50 { group.addTask { await Self.call(gateway, wire) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            var attempts = 0
            for result in results {
                switch result {
                case .success(let result):
                    attempts += result.failedAttempts.count + 1
                    #expect(result.answer.text == "You said: How are you?")
                case .failure(let error):
                    let failure = try #require(error as? ModelCallFailure)
                    attempts += failure.attempts.count
                    #expect(failure.attempts.count <= 4)
                }
            }
            #expect(gateway.statistics.attempts == attempts)
            #expect(server.statistics()["requests"]?["total"]?.intValue == attempts)
        }
    }
}
