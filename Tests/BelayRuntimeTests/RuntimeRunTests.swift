import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeRunTests {
    @Test(arguments: Bench.Kind.allCases) func runsToCompletion(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let deeds = Deeds()
        let model = ScriptedModel([
            .calls([
                ToolCall(id: "a", name: "check_order", arguments: #"{"number":"A-1"}"#),
                ToolCall(id: "b", name: "create_refund", arguments: #"{"amount":5}"#),
            ]), .text("Refunded."),
        ])
        let outcome = try await bench.run(model, .support([.check(), .refund(deeds)])) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(outcome.output == "Refunded." && outcome.head.steps == 2 && outcome.head.state == .completed)
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        try journal.require(
            inOrder: .accepted, .modelCallPlanned, .modelAnswered, .toolCallDispatched, .toolCallSucceeded,
            .modelCallPlanned, .modelAnswered, .completed)
        #expect(deeds.count == 1 && deeds.all[0].callID == "b" && deeds.all[0].user.id == "ada")
        #expect(model.calls.count == 2)
        #expect(model.calls[0].request.tools.map(\.name).prefix(2) == ["check_order", "create_refund"])
        let results = try #require(model.calls[1].request.messages.last)
        #expect(
            results.content == [
                .toolResult(ToolResult(callID: "a", content: "in transit")),
                .toolResult(ToolResult(callID: "b", content: "refunded 5")),
            ])
    }

    /// Every path is down and the cache answers, after attempts of which one failed early.
    private struct Standby: ModelGateway {
        let wallClock: ManualWallClock

        func call(
            _ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?
        ) async throws -> ModelCallResult {
            let failure = ModelFailure(.overloaded, message: "busy")
            let attempts = [1, 2].map {
                ModelAttempt(
                    path: ScriptedModel.path, number: $0, failure: failure, duration: .seconds(1),
                    end: .seconds($0 == 1 ? 1 : 3))
            }
            self.wallClock.advance(by: .seconds(3))
            return ModelCallResult(
                answer: ModelAnswer(
                    content: [.text("Earlier.")], stopReason: .endTurn, usage: .zero, model: ScriptedModel.path.model),
                path: ScriptedModel.path, cost: .known(.zero), failedAttempts: attempts, duration: .seconds(3),
                isDegraded: true)
        }
    }

    @Test(arguments: Bench.Kind.allCases) func anAnswerFromTheCacheIsToldFromAModels(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let degraded = try await bench.run(Standby(wallClock: bench.wallClock)) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(degraded.output == "Earlier." && degraded.isDegraded)
        let listed = try await bench.store.heads(ExecutionFilter(), after: nil, limit: 10).items
        #expect(listed.map(\.isDegraded) == [true])
        let answered = try await bench.run(ScriptedModel([.text("Hello.")])) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(!answered.isDegraded)
    }

    @Test(arguments: Bench.Kind.allCases) func attemptsHaveTheTimeAtWhichTheyFailed(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let start = bench.wallClock.now
        let outcome = try await bench.run(Standby(wallClock: bench.wallClock)) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        let journal = try await bench.journal(outcome.head.id)
        #expect(
            journal.entries.map { start.duration(to: $0.time) }
                == [.zero, .zero, .seconds(1), .seconds(3), .seconds(3), .seconds(3)])
    }

    @Test(arguments: [
        StartRequest(agent: "support", task: "say a\u{0}b", user: User("ada")),
        StartRequest(agent: "support", task: "x", user: User("a\u{0}")),
        StartRequest(agent: "support", task: "x", user: User("ada", tenant: "t\u{0}")),
        StartRequest(agent: "support", task: "x", user: User("ada", customer: "c\u{0}")),
        StartRequest(agent: "support", task: "x", user: User("ada"), session: SessionID(rawValue: "s\u{0}")),
    ])
    func aCharacterThatEndsTextsIsRefused(request: StartRequest) async throws {
        let runtime = try Bench().runtime(ScriptedModel([]))
        let error = await #expect(throws: RequestError.self) { try await runtime.start(request) }
        #expect(error?.code == .taskInvalid && error?.message.contains("U+0000") == true)
    }

    @Test(arguments: Bench.Kind.allCases) func whatToolsAndModelsWriteIsKeptWhole(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let output = "a\u{0}" + String(repeating: "b", count: 20_000)
        let model = ScriptedModel([.call("check_order", ["number": "1"], id: "c1"), .text("c\u{0}d")])
        let outcome = try await bench.run(model, .support([.check { _ in output }])) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(outcome.output == "c\u{0}d")
        let results = try await bench.journal(outcome.head.id).entries.compactMap { entry in
            if case .toolCallSucceeded(let succeeded) = entry.event { succeeded.output } else { nil }
        }
        #expect(results == [output])
    }

    @Test func callsOfOneStepRunAtOnce() async throws {
        let bench = try Bench()
        let both = Meeting(of: 2)
        let model = ScriptedModel([
            .calls(["1", "2"].map { ToolCall(id: $0, name: "check_order", arguments: "{\"number\":\"\($0)\"}") }),
            .text("Both."),
        ])
        let agent = Agent.support([.check { _ in await both.arrive() ? "met" : "alone" }])
        let outcome = try await bench.run(model, agent) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(outcome.output == "Both.")
    }

    @Test func namesThatAModelUsesTwiceAreToldApart() async throws {
        let bench = try Bench()
        let call = { (id: String, number: String) in
            ToolCall(id: id, name: "check_order", arguments: "{\"number\":\"\(number)\"}")
        }
        let model = ScriptedModel([
            .calls([call("a", "1"), call("a-1-2", "2"), call("a", "3"), call("", "4")]),
            .calls([call("a", "5"), call("", "6")]), .text("Done."),
        ])
        let outcome = try await bench.run(model, .support([.check()])) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(outcome.output == "Done." && outcome.head.toolCalls == 6)
        try await bench.journal(outcome.head.id).requireSound()
    }

    @Test func aModelWithoutTurnsSaysSo() async throws {
        let bench = try Bench()
        let outcome = try await bench.run(ScriptedModel([]), .support(handsOff: false)) { runtime in
            try await runtime.outcome(of: try await runtime.begin("Hello?"))
        }
        #expect(
            outcome.failure?.message.contains("no turn for call number 1. The last message was user: Hello?") == true)
    }

    @Test func aGatewayThatThrowsSomethingElseIsAFailureLikeAnyOther() async throws {
        struct Surprise: Error {}
        let bench = try Bench()
        let model = ScriptedModel { _ in throw Surprise() }
        let outcome = try await bench.run(model) { runtime in
            try await runtime.outcome(of: try await runtime.begin(isCritical: true))
        }
        #expect(outcome.failure?.code == "model_server_error")
        #expect(outcome.failure?.message.contains("Surprise") == true)
    }

    @Test(arguments: Bench.Kind.allCases) func pausesForAModelAndGoesOn(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let model = ScriptedModel([.failure(.overloaded), .failure(.network), .text("Here I am.")])
        let outcome = try await bench.run(model) { runtime in
            let id = try await runtime.begin()
            for (count, pause) in [(1, 5), (2, 20)] {
                try await runtime.reached(.waitOpened, count: count, in: id)
                #expect(try await runtime.standing(of: id) == nil)
                bench.wallClock.advance(by: .seconds(pause))
            }
            return try await runtime.outcome(of: id)
        }
        #expect(outcome.output == "Here I am.")
        let journal = try await bench.journal(outcome.head.id)
        #expect(journal.count(.attemptFailed) == 2 && journal.count(.modelCallFailed) == 2)
        try journal.requireSound()
    }

    @Test func aTaskCanBeCritical() async throws {
        let bench = try Bench()
        let outcome = try await bench.run(ScriptedModel([.failure(.overloaded)])) { runtime in
            try await runtime.run(.support(), task: "Now or never", for: User("ada"), isCritical: true)
        }
        #expect(outcome.failure?.code == "model_overloaded")
    }

    @Test func anExecutionOfAnUnknownVersionRunsWithTheCurrentOne() async throws {
        let bench = try Bench()
        let first = try bench.runtime(ScriptedModel([]))
        let id = try await first.begin()
        var agent = Agent.support()
        agent.definition.version = "2"
        let outcome = try await bench.run(ScriptedModel([.text("Hello.")]), agent) { try await $0.outcome(of: id) }
        #expect(outcome.output == "Hello." && outcome.head.version == "1")
    }

    @Test func aLimitEndsWithItsReason() async throws {
        let bench = try Bench()
        let model = ScriptedModel { call in
            call.request.toolChoice == .none
                ? .calls([ToolCall(id: "x", name: "check_order", arguments: "{}")], text: "Still looking.")
                : .call("check_order", ["number": .string("\(call.request.messages.count)")], id: "c")
        }
        let agent = Agent.support([.check { "about \($0.number)" }], limits: ExecutionLimits(maxSteps: 3))
        let outcome = try await bench.run(model, agent) { try await $0.outcome(of: try await $0.begin()) }
        guard case .limitReached(.maxSteps, let output, let head) = outcome else {
            return #expect(Bool(false), "\(outcome)")
        }
        #expect(output == "Still looking." && head.toolCalls == 3)
    }
}
