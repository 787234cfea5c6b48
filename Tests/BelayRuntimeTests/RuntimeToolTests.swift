import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// Tools that misbehave, and signals that come between two commits.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeToolTests {
    private func result(
        _ bench: Bench, _ tool: Tool, _ call: ScriptedTurn
    ) async throws -> (ToolResult, Journal) {
        let model = ScriptedModel([call, .text("Done.")])
        let outcome = try await bench.run(model, .support([tool])) { try await $0.outcome(of: try await $0.begin()) }
        guard case .toolResult(let result)? = model.calls.last?.request.messages.last?.content.first else {
            throw JournalMismatch(reason: "the model got no result", journal: try await bench.journal(outcome.head.id))
        }
        return (result, try await bench.journal(outcome.head.id))
    }

    private static let check = ScriptedTurn.call("check_order", ["number": "A-1"], id: "c1")
    private static let refund = ScriptedTurn.call("create_refund", ["amount": 5], id: "r1")

    @Test(arguments: Bench.Kind.allCases) func twentyMegabytesAreCut(kind: Bench.Kind) async throws {
        let tool = Tool.check { _ in String(repeating: "x", count: 20 << 20) }
        let (result, journal) = try await self.result(try Bench(kind), tool, Self.check)
        #expect(result.content.count <= 32_768 && result.content.hasSuffix("What follows is not known.]"))
        try journal.require(inOrder: .outputTruncated, .toolCallSucceeded)
    }

    @Test func mendedArgumentsAreRecordedWithTheDispatch() async throws {
        let call = ScriptedTurn.calls([ToolCall(id: "r1", name: "create_refund", arguments: "```\n{'amount': 5,}\n```")]
        )
        let (_, journal) = try await self.result(try Bench(), .refund(Deeds()), call)
        let repairs = journal.entries.compactMap { entry -> [String]? in
            if case .toolCallDispatched(let dispatched) = entry.event { dispatched.repairs } else { nil }
        }
        #expect(repairs.first?.isEmpty == false)
        let (_, clean) = try await self.result(try Bench(), .refund(Deeds()), Self.refund)
        #expect(
            !clean.entries.contains {
                if case .toolCallDispatched(let sent) = $0.event { sent.repairs != nil } else { false }
            })
    }

    @Test func aReadThatHangsHasFailed() async throws {
        let tool = Tool.check(timeout: .milliseconds(20)) { _ in
            try await Task.sleep(for: .seconds(3_600))
            return "never"
        }
        let (result, _) = try await self.result(try Bench(), tool, Self.check)
        #expect(result.isError && result.content.contains("no answer within 20 ms"))
    }

    @Test func aReadThatThrowsHasFailed() async throws {
        struct Broken: Error {}
        let (result, _) = try await self.result(try Bench(), .check { _ in throw Broken() }, Self.check)
        #expect(result.isError && result.content.contains("Broken"))
    }

    @Test func anEffectThatSaysNothingHappenedHasFailed() async throws {
        let tool = Tool.refund(Deeds()) { _ in throw ToolFailure(.rejected, "There is no such order.") }
        let (result, journal) = try await self.result(try Bench(), tool, Self.refund)
        #expect(result.isError && result.content == "There is no such order.")
        try journal.require(inOrder: .toolCallDispatched, .toolCallFailed)
    }

    @Test func anEffectThatHangsIsInDoubt() async throws {
        let bench = try Bench()
        let tool = Tool.refund(Deeds(), timeout: .milliseconds(20)) { _ in
            try await Task.sleep(for: .seconds(3_600))
            return "never"
        }
        let outcome = try await bench.run(ScriptedModel([Self.refund]), .support([tool])) { runtime in
            try await runtime.outcome(of: try await runtime.begin())
        }
        #expect(outcome.waits.first?.wait.kind == .resolution)
    }

    /// The first attempt may have happened; that the second never left says nothing about it.
    @Test func aDoubtIsNotForgottenBecauseARepeatWasNotSent() async throws {
        let deeds = Deeds()
        let tool = Tool.refund(deeds, effect: .idempotent) { _ in
            throw deeds.count == 1
                ? ToolFailure(.timeout, "lost", mayHaveHappened: true) : ToolFailure(.unavailable, "refused")
        }
        let (result, journal) = try await self.result(try Bench(), tool, Self.refund)
        #expect(result.content.contains("it may have been carried out"))
        #expect(deeds.count == 3 && deeds.keys.count == 1 && journal.count(.toolCallDispatched) == 3)
    }

    @Test(arguments: Bench.Kind.allCases) func signalsBetweenCommitsAreTakenIn(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let store = bench.store
        let deeds = Deeds()
        let tool = Tool.refund(deeds) { _ in
            guard let invocation = deeds.all.first else { return "" }
            for _ in 0..<3 {
                _ = try await store.signal(.feedbackReceived(.init(score: 0.5, by: "ada")), to: invocation.execution)
            }
            return "refunded"
        }
        let (result, journal) = try await self.result(bench, tool, Self.refund)
        #expect(result.content == "refunded" && deeds.count == 1)
        try journal.requireSound()
        try journal.require(
            exactly: .accepted, .modelCallPlanned, .modelAnswered, .toolCallDispatched, .feedbackReceived,
            .feedbackReceived, .feedbackReceived, .toolCallSucceeded, .modelCallPlanned, .modelAnswered, .completed)
    }

    @Test func unknownToolsAndBrokenArgumentsAreDenied() async throws {
        for (call, words) in [
            (ScriptedTurn.call("fly", id: "x"), "There is no tool"),
            (.calls([ToolCall(id: "x", name: "check_order", arguments: #"{"number": 7}"#)]), "don't fit its schema"),
        ] {
            let (result, journal) = try await self.result(try Bench(), .check(), call)
            #expect(result.isError && result.content.contains(words))
            try journal.require(inOrder: .modelAnswered, .toolCallDenied)
        }
    }
}
