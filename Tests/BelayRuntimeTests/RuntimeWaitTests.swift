import BelayCore
import BelayJSON
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeWaitTests {
    private static let refundThenWords: [ScriptedTurn] = [
        .call("create_refund", ["amount": 80], id: "r1"), .text("Done."),
    ]

    private func asked(
        _ kind: Bench.Kind, _ deeds: Deeds, approval: ApprovalRule = .above(argument: "amount", limit: 50)
    ) async throws -> (Bench, Agent, WaitRecord) {
        let bench = try Bench(kind)
        let agent = Agent.support([.refund(deeds, approval: approval)])
        let outcome = try await bench.run(ScriptedModel(Self.refundThenWords), agent) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        return (bench, agent, try #require(outcome.waits.first))
    }

    @Test(arguments: Bench.Kind.allCases) func aWaitHoldsNothingAndAnAnswerResumesElsewhere(
        kind: Bench.Kind
    ) async throws {
        let deeds = Deeds()
        let (bench, agent, wait) = try await self.asked(kind, deeds)
        #expect(wait.wait.kind == .approval && wait.wait.question.contains("create_refund"))
        #expect(try await bench.store.nextDue() == wait.wait.expires)
        #expect(try await bench.store.claim(by: NodeID(rawValue: "node_x"), limit: 9, for: .seconds(1)).isEmpty)
        let outcome = try await bench.run(ScriptedModel([.text("Done.")]), agent) { runtime in
            _ = try await runtime.answer(wait.wait.id, with: ["decision": "approve"], by: "grace")
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(outcome.output == "Done." && deeds.count == 1)
        let journal = try await bench.journal(wait.execution)
        try journal.requireSound()
        try journal.require(
            inOrder: .waitOpened, .waitAnswered, .toolCallApproved, .toolCallDispatched, .toolCallSucceeded, .completed)
        #expect(try await bench.store.wait(wait.wait.id)?.status == .answered)
    }

    @Test func anEditedCallRunsWithTheNewArguments() async throws {
        let deeds = Deeds()
        let (bench, agent, wait) = try await self.asked(.memory, deeds)
        _ = try await bench.run(ScriptedModel([.text("Done.")]), agent) { runtime in
            _ = try await runtime.answer(
                wait.wait.id, with: ["decision": "edit", "arguments": ["amount": 20]], by: "grace")
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(deeds.all.map(\.arguments) == [["amount": 20]])
        try await bench.journal(wait.execution).requireSound()
    }

    @Test(arguments: Bench.Kind.allCases) func editedArgumentsThatDontFitTheToolAreRefused(
        kind: Bench.Kind
    ) async throws {
        let deeds = Deeds()
        let (bench, agent, wait) = try await self.asked(kind, deeds)
        let elsewhere = try bench.runtime(ScriptedModel([]), .support())  // It doesn't know the tool.
        let error = await #expect(throws: RequestError.self) {
            _ = try await elsewhere.answer(
                wait.wait.id, with: ["decision": "edit", "arguments": ["amount": "all"]], by: "grace")
        }
        #expect(error?.code == .answerInvalid && error?.message.contains("answer/arguments/amount") == true)
        #expect(try await bench.store.wait(wait.wait.id)?.status == .open)
        _ = try await bench.run(ScriptedModel([.text("Done.")]), agent) { runtime in
            _ = try await runtime.answer(
                wait.wait.id, with: ["decision": "edit", "arguments": ["amount": 20]], by: "grace")
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(deeds.all.map(\.arguments) == [["amount": 20]])
    }

    /// The tool was changed while the person thought about it.
    @Test func editedArgumentsPassTheStationsAgain() async throws {
        let deeds = Deeds()
        let (bench, _, wait) = try await self.asked(.memory, deeds)
        let changed = Tool(
            "create_refund", "Refunds", approval: .always,
            perform: { (_: OrderQuery, invocation: ToolInvocation) in
                deeds.add(invocation)
                return "refunded"
            })
        _ = try await bench.run(ScriptedModel([.text("Sorry.")]), .support([changed])) { runtime in
            _ = try await runtime.answer(
                wait.wait.id, with: ["decision": "edit", "arguments": ["amount": 20]], by: "grace")
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(deeds.count == 0)
        try await bench.journal(wait.execution).require(inOrder: .waitAnswered, .toolCallDenied, .completed)
    }

    @Test(arguments: Bench.Kind.allCases) func nobodyAnswersInTime(kind: Bench.Kind) async throws {
        let deeds = Deeds()
        let (bench, agent, wait) = try await self.asked(kind, deeds)
        let outcome = try await bench.run(ScriptedModel([.text("Nobody agreed.")]), agent) { runtime in
            bench.wallClock.advance(by: .seconds(24 * 3_600))
            try await runtime.reached(.completed, in: wait.execution)
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(outcome.output == "Nobody agreed." && deeds.count == 0)
        try await bench.journal(wait.execution).require(inOrder: .waitExpired, .toolCallDenied, .completed)
        #expect(try await bench.store.wait(wait.wait.id)?.status == .expired)
    }

    @Test func theOutcomeWaitsForTheOtherCallsOfTheStep() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let gate = Interruption()
        let agent = Agent.support([
            .check { _ in
                await gate.wait()
                return "late"
            }, .refund(deeds, approval: .always),
        ])
        let model = ScriptedModel([
            .calls([
                ToolCall(id: "r1", name: "create_refund", arguments: #"{"amount":1}"#),
                ToolCall(id: "c1", name: "check_order", arguments: #"{"number":"A-1"}"#),
            ])
        ])
        try await bench.run(model, agent) { runtime in
            let id = try await runtime.begin()
            async let outcome = runtime.outcome(of: id)
            try await runtime.reached(.waitOpened, in: id)
            #expect(try await runtime.standing(of: id) == nil)
            gate.fire()
            #expect(try await outcome.waits.count == 1)
        }
    }

    @Test func aQuestionIsAnsweredByTheUser() async throws {
        let bench = try Bench()
        let model = ScriptedModel([
            .call("ask_user", ["question": "Which order?"], id: "q"), .text("A-7 is on its way."),
        ])
        let outcome = try await bench.run(model) { runtime in
            let asked = try await runtime.outcome(of: try await runtime.begin())
            let wait = try #require(asked.waits.first)
            _ = try await runtime.answer(wait.wait.id, with: ["text": "A-7"], by: "ada")
            return try await runtime.outcome(of: wait.execution)
        }
        #expect(outcome.output == "A-7 is on its way.")
    }

    @Test func badAnswersChangeNothing() async throws {
        let deeds = Deeds()
        let (bench, agent, wait) = try await self.asked(.memory, deeds)
        let runtime = try bench.runtime(ScriptedModel([]), agent)
        let before = try await bench.journal(wait.execution).entries
        let refused: [(WaitID, JSON, RequestError.Code)] = [
            (wait.wait.id, ["decision": "perhaps"], .answerInvalid),
            (wait.wait.id, ["decision": "edit"], .answerInvalid),
            (wait.wait.id, "approve", .answerInvalid),
            (WaitID(rawValue: "wait_x"), ["decision": "approve"], .waitNotFound),
        ]
        for (id, answer, code) in refused {
            let error = await #expect(throws: RequestError.self) { try await runtime.answer(id, with: answer, by: "x") }
            #expect(error?.code == code)
        }
        #expect(try await bench.journal(wait.execution).entries == before)
        _ = try await runtime.answer(wait.wait.id, with: ["decision": "approve"], by: "grace")
        let second = await #expect(throws: RequestError.self) {
            try await runtime.answer(wait.wait.id, with: ["decision": "reject"], by: "x")
        }
        #expect(second?.code == .waitClosed)
        #expect(try await bench.journal(wait.execution).entries.count == before.count + 1)
    }
}
