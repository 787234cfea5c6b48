import BelayCore
import BelayHTTP
import BelayJSON
import BelayResilience
import BelayRouting
import BelayTesting
import Testing

@testable import BelayModels

/// What is kept of the calls of a gateway, and what comes of it.
@Suite(.timeLimit(.minutes(5)))
struct GatewayOutcomesTests {
    private static let first = ModelPath(provider: "a", model: "m")
    private static let second = ModelPath(provider: "b", model: "m")

    private static var prices: PriceTable {
        PriceTable([Self.first: Price(input: 100, output: 1_000), Self.second: Price(input: 1, output: 10)])
    }

    private func outcomes(_ bench: GatewayBench) async throws -> [CallOutcome] {
        try await bench.gateway.outcomes.outcomes(OutcomeFilter(), limit: 100)
    }

    @Test func anAnswerIsAnOutcome() async throws {
        let bench = try GatewayBench([.answer("Fine")], prices: Self.prices)
        let result = try await bench.result(GatewayBench.call { $0.task = "greeting" })
        let outcome = try #require(try await self.outcomes(bench).first)
        #expect(outcome.id == result.outcome && outcome.id.hasPrefix("out_"))
        #expect(outcome.task == "greeting" && outcome.path == Self.first && outcome.error == nil)
        #expect(outcome.success == nil, "nobody has judged it")
        #expect(outcome.cost == result.cost.amount && outcome.usage == result.answer.usage)
        #expect(outcome.decision == nil && outcome.context == OutcomeContext(inputSize: .short))
        #expect(try await self.outcomes(bench).count == 1)
    }

    @Test func aCallThatIsNamedKeepsItsName() async throws {
        let bench = try GatewayBench([], then: .answer("Fine"))
        let call = GatewayBench.call { $0.outcome = "exe_1.3" }
        for _ in 0..<2 { #expect(try await bench.result(call).outcome == "exe_1.3") }
        #expect(try await self.outcomes(bench).map(\.id) == ["exe_1.3"], "made again, it is the same call")
    }

    @Test func failuresOfOtherPathsAreOutcomesOfTheirOwn() async throws {
        let bench = try GatewayBench(
            [.status(500), .status(503), .status(500), .status(500), .answer("Fine")], prices: Self.prices)
        let result = try await bench.result()
        let outcomes = try await self.outcomes(bench).sorted { $0.id < $1.id }
        let id = try #require(result.outcome)
        #expect(outcomes.map(\.id) == [id, "\(id).1"])
        #expect(outcomes.map(\.path) == [Self.second, Self.first])
        #expect(outcomes.map(\.error) == [nil, .serverError])
        #expect(outcomes[1].cost == .zero, "vendors don't bill errors")
        #expect(outcomes[0].judgement == nil && outcomes[1].judgement == 0, "an error speaks for itself")
    }

    @Test func aCallThatFailsIsKeptAndOneThatWasNeverSentIsNot() async throws {
        let breaker = CircuitBreakerPolicy(trip: .consecutiveFailures(2), recoveryTimeout: .seconds(600))
        let bench = try GatewayBench(
            [], providers: [Samples.provider("a", breaker: breaker), Samples.provider("b", breaker: breaker)],
            route: GatewayBench.route(cache: .off))
        #expect(try await bench.failure() != nil)
        let outcomes = try await self.outcomes(bench)
        #expect(Set(outcomes.map(\.path)) == [Self.first, Self.second])
        #expect(outcomes.allSatisfy { $0.error == .serverError })
        #expect(try await bench.failure()?.failure.kind == .circuitOpen)
        #expect(try await self.outcomes(bench).count == outcomes.count)
    }

    @Test func aCallersFaultSaysNothingOfThePath() async throws {
        let bench = try GatewayBench([.status(400)])
        #expect(try await bench.failure() != nil)
        let outcome = try #require(try await self.outcomes(bench).first)
        #expect(outcome.error == .badRequest && outcome.judgement == nil)
    }

    @Test func aCachedAnswerIsNoOutcome() async throws {
        let bench = try GatewayBench([.answer("Fine")])
        _ = try await bench.result()
        let stale = try await bench.result()
        #expect(stale.isDegraded && stale.outcome == nil)
        #expect(try await self.outcomes(bench).filter { $0.error == nil }.count == 1)
    }

    @Test func successFunctionsJudge() async throws {
        let schema = try JSONSchema(["type": "object", "required": ["total"]])
        let options = GatewayOptions(tasks: [
            "schema": .schema(schema), "expression": .expression(try OutputExpression("/total > 5")),
            "custom": .custom { $0.answer.text.contains("7") && $0.task == "custom" ? 0.5 : nil },
            "feedback": .feedback,
        ])
        let replies = [#"{"total": 7}"#, #"{"total": 3}"#, "Seven"]
        let expected: [(task: String, successes: [Double?])] = [
            ("schema", [1, 1, 0]), ("expression", [1, 0, 0]), ("custom", [0.5, nil, nil]),
            ("feedback", [nil, nil, nil]),
            ("another", [nil, nil, nil]),
        ]
        for (task, successes) in expected {
            let bench = try GatewayBench(replies.map { .answer($0) }, options: options)
            for success in successes {
                let id = try await bench.result(GatewayBench.call { $0.task = task }).outcome
                let outcome = try await bench.gateway.outcomes.outcome(named: try #require(id))
                #expect(outcome?.success == success, "\(task)")
            }
        }
    }

    @Test func aJudgementComesLateAndIsCorrected() async throws {
        let bench = try GatewayBench([.answer("Fine")])
        let id = try #require(try await bench.result().outcome)
        let book = bench.gateway.outcomes
        #expect(try await book.judge("out_none", success: 1) == nil)
        #expect(try await book.judge(id, success: 1)?.revision == 1)
        #expect(try await book.judge(id, success: 0, corrects: false)?.success == 1, "a model doesn't overrule")
        try await bench.gateway.judge(id, success: 0.25)
        let outcome = try #require(try await book.outcome(named: id))
        #expect(outcome.success == 0.25 && outcome.revision == 2)
        let summary = try await book.summary(OutcomeFilter(task: "default"))
        #expect(summary.paths.map(\.success) == [0.25] && summary.paths.map(\.calls) == [1])
    }

    @Test func aLearnedRouteTellsWhyAndReportsIt() async throws {
        var route = GatewayBench.route()
        route.policy = .learned(LearnedRoutingOptions())
        let bench = try GatewayBench([], then: .answer("Fine"), route: route, prices: Self.prices)
        let result = try await bench.result(GatewayBench.call { $0.isCritical = true })
        #expect(result.path == Self.second, "the cheaper one, while nothing else is known")
        #expect(result.decision?.reason == .critical && result.decision?.stakes == .critical)
        #expect(bench.gateway.statistics.paths[Self.second]?.choices == [.critical: 1])
        let outcome = try #require(try await self.outcomes(bench).first)
        #expect(outcome.decision == result.decision)
        let chosen: [RoutingDecision] = bench.reports.all.compactMap {
            if case .pathChosen(let decision, _) = $0 { decision } else { nil }
        }
        #expect(chosen.count == 1 && chosen.first == result.decision)
    }

    @Test func anUnusableModelIsLeftWithinFewCallsAndReported() async throws {
        var route = GatewayBench.route(attempts: 1)
        route.policy = .learned(LearnedRoutingOptions(normalExploration: 0))
        let options = GatewayOptions(tasks: ["default": .expression(try OutputExpression("/ok"))])
        var replies: [ScriptedTransport.Reply] = []
        for _ in 0..<60 { replies.append(.answer(#"{"ok": true}"#)) }
        let bench = try GatewayBench(replies, then: .answer("No"), route: route, options: options)
        for _ in 0..<60 { #expect(try await bench.result().path == Self.first) }
        var calls = 0
        while try await bench.result().path == Self.first { calls += 1 }
        #expect(calls <= 8)
        let suspended = bench.reports.all.contains {
            if case .pathSuspended(Self.first, _) = $0 { true } else { false }
        }
        #expect(suspended && bench.gateway.statistics.paths[Self.first]?.suspensions == 1)
    }

    /// Answers of no use tell of a path's health what errors would.
    @Test func aModelWhoseAnswersTurnInvalidIsSuspended() async throws {
        var route = GatewayBench.route(attempts: 1)
        route.policy = .learned(LearnedRoutingOptions(normalExploration: 0))
        let good = [ScriptedTransport.Reply](repeating: .answer(#"{"ok": true}"#), count: 60)
        let bench = try GatewayBench(good, then: .answer("No"), route: route)
        func path() async throws -> ModelPath? {
            do {
                let schema: JSON = ["type": "object", "required": ["ok"]]
                return try await bench.gateway.structured(GatewayBench.call(), schema: schema).result.path
            } catch let failure as StructuredOutputFailure {
                return failure.tries.last?.path
            }
        }
        for _ in 0..<60 { #expect(try await path() == Self.first) }
        var calls = 0
        while try await path() == Self.first { calls += 1 }
        #expect(calls <= 8 && bench.gateway.statistics.paths[Self.first]?.suspensions == 1)
    }

    @Test func answersOfNoUseRestoreNoPath() throws {
        var route = GatewayBench.route()
        route.policy = .learned(LearnedRoutingOptions())
        let bench = try GatewayBench([], route: route)
        let book = bench.gateway.outcomes
        var calls = 0
        func take(error: ModelFailure.Kind? = nil, isValid: Bool = true) {
            calls += 1
            let outcome = CallOutcome(
                id: "out_\(calls)", task: "default", path: Self.first, time: book.wallClock.now, success: nil,
                latency: .milliseconds(100), cost: nil, error: error)
            book.record([outcome], answer: nil, of: "default", isUnchecked: error == nil)
            if error == nil { book.note(outcome.id, isValid: isValid) }
        }
        func isRestored() -> Bool {
            bench.reports.all.contains { if case .pathRestored = $0 { true } else { false } }
        }
        for _ in 0..<60 { take() }
        for _ in 0..<8 { take(error: .serverError) }
        #expect(bench.gateway.statistics.paths[Self.first]?.suspensions == 1)
        for _ in 0..<20 { take(isValid: false) }
        #expect(!isRestored())
        for _ in 0..<8 { take() }
        #expect(isRestored())
    }

    @Test func mistakesAreSaidWhenTheGatewayIsMade() throws {
        func message(_ route: Route, _ options: GatewayOptions = GatewayOptions()) -> String {
            do {
                _ = try GatewayBench([], route: route, options: options)
                return "none"
            } catch let error as GatewayConfigurationError {
                return error.description
            } catch {
                return "\(error)"
            }
        }
        var weighted = GatewayBench.route(paths: [.init(Self.first, weight: 0), .init(Self.second, weight: 0)])
        weighted.policy = .weighted
        #expect(message(weighted).contains("weights of route default"))
        var learned = GatewayBench.route()
        learned.policy = .learned(LearnedRoutingOptions(normalExploration: 2))
        #expect(message(learned).contains("exploration at normal stakes is 2.0"))
        let judged = GatewayOptions(tasks: ["t": .judge(route: "nowhere", rubric: "Be kind.")])
        #expect(message(GatewayBench.route(), judged).contains("nowhere"))
        #expect(message(GatewayBench.route(), GatewayOptions(tasks: ["judge": .feedback])).contains("judge"))
    }
}
