import BelayCore
import BelayJSON
import BelayModels
import BelayResilience
import BelayRuntime
import BelayTesting
import BelayTools
import Logging
import Testing

@testable import BelayMock

/// An agent that searches for ever, against the simulated provider over real HTTP: each limit by itself ends it, for its
/// own reason, and says honestly what was done.
@Suite(.timeLimit(.minutes(5)))
struct LoopingAgentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var reason: TerminationReason
        var limits: ExecutionLimits
        /// Whether the model searches for the same each time.
        var repeatsItself = false
        var says: String

        var testDescription: String { self.reason.rawValue }
    }

    private static func wide(_ change: (inout ExecutionLimits) -> Void) -> ExecutionLimits {
        var limits = ExecutionLimits(
            maxSteps: 1_000, timeout: .seconds(3_600), maxToolCalls: 100_000, maxTokens: 1_000_000_000,
            maxCost: Money(microDollars: 1_000_000_000), maxSessionTokens: 1_000_000_000)
        change(&limits)
        return limits
    }

    /// A step takes 200 tokens in and 10 out: $0.000036.
    static let rows = [
        Row(reason: .maxSteps, limits: Self.wide { $0.maxSteps = 12 }, says: "12 steps taken, the limit is 12"),
        Row(
            reason: .maxToolCalls, limits: Self.wide { $0.maxToolCalls = 9 }, says: "9 tool calls made, the limit is 9"),
        Row(
            reason: .maxTokens, limits: Self.wide { $0.maxTokens = 2_000 }, says: "2100 tokens used, the limit is 2000"),
        Row(
            reason: .budget,
            limits: Self.wide {
                // A call is made only if the worst that it may cost is left.
                $0.maxCost = Money(microDollars: 2_000)
                $0.maxTokensPerStep = 100
            }, says: "the limit is $0.002"),
        Row(reason: .timeout, limits: Self.wide { $0.timeout = .seconds(1) }, says: "the limit is 1000 ms"),
        Row(
            reason: .loop, limits: Self.wide { _ in }, repeatsItself: true,
            says: "search was called 3 times in a row with the same arguments and the same result"),
        Row(
            reason: .sessionTokens, limits: Self.wide { $0.maxSessionTokens = 3_000 },
            says: "3150 tokens used in this conversation, the limit is 3000"),
    ]

    private struct Query: Codable, Sendable { var query: String }

    /// The model's usage is given, and the same each time, so that what it costs can be reckoned by hand.
    private static func scenario(repeatsItself: Bool) -> String {
        let usage = "usage: {input: 200, output: 10}"
        return """
            rules:
              - when: {last_message: {contains: "[runtime] Stop here"}}
                reply: {text: "I searched again and again and did not find it.", \(usage)}
            reply:
              tool_calls: [{name: search, arguments: {query: "\(repeatsItself ? "the same" : "page {{step}}")"}}]
              \(usage)
            """
    }

    @Test(arguments: Self.rows) func endsAtEachOfItsLimits(row: Row) async throws {
        try await self.withProvider(repeatsItself: row.repeatsItself) { port, server in
            try await self.check(row, port: port, server: server)
        }
    }

    /// The next call may cost more than is left, so it isn't made; a person gives it more, and it goes on from there.
    @Test func whoMayRaiseTheMoneyIsAskedWhenTheNextCallDoesNotFit() async throws {
        let row = Row(
            reason: .budget,
            limits: Self.wide {
                $0.maxCost = Money(microDollars: 2_000)
                $0.maxTokensPerStep = 100
                $0.atLimit = .ask
            }, says: "")
        try await self.withProvider(repeatsItself: false) { port, server in
            let runtime = try self.runtime(row, port: port, store: InMemoryExecutionStore(clock: SystemWallClock()))
            runtime.runInBackground()
            let id = try await runtime.start(
                StartRequest(agent: "searcher", task: "Find it", user: User("ada"), session: nil)
            ).head.id
            let wait = try #require(try await runtime.outcome(of: id).waits.first)
            let before = try await runtime.head(of: id)
            #expect(wait.wait.kind == .limit && before.cost < row.limits.maxCost && before.steps > 1)
            let answer: JSON = ["decision": "raise", "by": try #require(wait.wait.context["largest_raise"])]
            _ = try await runtime.answer(wait.wait.id, with: answer, by: "grace")
            var again: WaitRecord?
            while again == nil || again?.wait.id == wait.wait.id {
                again = try await runtime.outcome(of: id).waits.first
            }
            let after = try await runtime.head(of: id)
            #expect(after.steps > before.steps && after.cost > before.cost)
            #expect(after.cost <= Money(microDollars: 4_000))
            #expect(server.statistics()["requests"]?["total"]?.intValue == after.steps)
            await runtime.shutdown()
        }
    }

    private func withProvider(
        repeatsItself: Bool, _ body: (_ port: Int, MockServer) async throws -> Void
    ) async throws {
        var configuration = MockConfiguration()
        configuration.scenario = try MockScenario(yaml: Self.scenario(repeatsItself: repeatsItself), file: "loop")
        configuration.logger = Logger(label: "mock") { _ in SwiftLogNoOpLogHandler() }
        let server = MockServer(configuration: configuration)
        let port = try await server.start()
        do {
            try await body(port, server)
            await server.shutdown()
        } catch {
            await server.shutdown()
            throw error
        }
    }

    private func check(_ row: Row, port: Int, server: MockServer) async throws {
        let store = InMemoryExecutionStore(clock: SystemWallClock())
        let runtime = try self.runtime(row, port: port, store: store)
        runtime.runInBackground()
        let session = SessionID(rawValue: "ses_loop")
        let outcome = try await runtime.outcome(
            of: runtime.start(
                StartRequest(agent: "searcher", task: "Find it", user: User("ada"), session: session)
            ).head.id)
        guard case .limitReached(row.reason, let output, let head) = outcome else {
            await runtime.shutdown()
            throw LoopMismatch(reason: "\(outcome)")
        }
        let journal = try await Journal(of: head.id, in: store)
        try journal.requireSound()
        let detail = journal.events.compactMap {
            if case .limitReached(let reached) = $0 { reached.detail } else { nil }
        }
        #expect(detail.count == 1 && detail[0].contains(row.says))
        // The model's own words, where there is something left to ask it with; else the runtime's.
        if row.reason == .maxSteps || row.reason == .maxToolCalls || row.reason == .loop {
            #expect(output == "I searched again and again and did not find it.")
        } else {
            let times = head.toolCalls == 1 ? "" : " (\(head.toolCalls) times)"
            #expect(output.contains(row.says) && output.contains("Carried out: search\(times)."))
        }
        // Each call was really made, and paid: $0.15 and $0.60 for a million tokens.
        let requests = server.statistics()["requests"]?["total"]?.intValue ?? 0
        #expect(head.steps == requests)
        #expect(head.cost == Money(nanoDollars: Int64(requests) * (200 * 150 + 10 * 600)))
        #expect(head.cost <= row.limits.maxCost && head.toolCalls > 0)
        // Whether a step begins in the last fifth of so short a time is chance; and a call that may cost more than a fifth of
        // the money isn't made in the last.
        if row.reason != .timeout, row.reason != .budget {
            #expect(journal.count(.limitApproached) == (row.reason == .loop ? 0 : 1))
        }
        print("\(row.reason.rawValue): \(head.steps) steps, \(head.usage.total) tokens, \(head.cost)")
        if row.reason == .sessionTokens { try await self.requireClosed(session, runtime, requests, server) }
        await runtime.shutdown()
    }

    /// Whoever goes on talking is told, and no model is asked.
    private func requireClosed(
        _ session: SessionID, _ runtime: Runtime, _ requests: Int, _ server: MockServer
    ) async throws {
        let next = try await runtime.outcome(
            of: runtime.start(
                StartRequest(agent: "searcher", task: "Go on", user: User("ada"), session: session)
            ).head.id)
        guard case .limitReached(.sessionTokens, let output, let head) = next else {
            throw LoopMismatch(reason: "\(next)")
        }
        #expect(output.contains("Please start a new one") && head.steps == 0)
        #expect(server.statistics()["requests"]?["total"]?.intValue == requests)
    }

    private func runtime(_ row: Row, port: Int, store: some ExecutionStore) throws -> Runtime {
        let provider = ProviderSettings(
            name: "main", kind: .openAI, baseURL: "http://127.0.0.1:\(port)/v1", key: Secret("mock"))
        let path = ModelPath(provider: "main", model: "gpt-mock")
        let price = Price(input: 150, output: 600)
        let gateway = try Gateway(
            providers: [provider], routes: [Route(name: "default", paths: [.init("main", "gpt-mock")])],
            prices: PriceTable([path: price]))
        let runtime = Runtime(
            store: store, gateway: gateway, options: RuntimeOptions(pollInterval: .milliseconds(2)),
            logger: Logger(label: "runtime") { _ in SwiftLogNoOpLogHandler() })
        try runtime.register(
            Agent(
                "searcher", version: "1", instructions: "Search until you find it.",
                tools: [
                    Tool("search", "Searches", effect: .readOnly) { (query: Query) in
                        row.repeatsItself ? "nothing" : "nothing for \(query.query)"
                    }
                ], limits: row.limits, compaction: CompactionPolicy(isOn: false)))
        return runtime
    }
}

extension Outcome {
    fileprivate var waits: [WaitRecord] { if case .waiting(let waits, _) = self { waits } else { [] } }
}

private struct LoopMismatch: Error { var reason: String }
