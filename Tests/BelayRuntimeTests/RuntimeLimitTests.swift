import BelayCore
import BelayJSON
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeLimitTests {
    private struct Query: Codable, Sendable { var query: Int }

    private var searcher: Agent {
        .support(
            [Tool("search", "Searches", effect: .readOnly) { (query: Query) in "nothing on page \(query.query)" }],
            limits: ExecutionLimits(maxSteps: 5, atLimit: .ask))
    }

    /// Searches on and on, and sums up when it is told to stop.
    private var model: ScriptedModel {
        ScriptedModel { call in
            let steps = call.request.messages.filter { $0.role == .assistant }.count
            return call.request.toolChoice == .none
                ? .text("Nothing found on \(steps) pages.")
                : .call("search", ["query": .int(Int64(steps))], id: "c\(steps)")
        }
    }

    /// Waits in the store, without a process, until a person in another process answers.
    @Test(arguments: Bench.Kind.allCases) func aLimitIsRaisedFromAnotherProcess(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let (id, wait) = try await bench.run(self.model, self.searcher) { runtime in
            let id = try await runtime.begin("Find it")
            return (id, try #require(try await runtime.outcome(of: id).waits.first))
        }
        #expect(wait.wait.kind == .limit && wait.wait.context["largest_raise"] == 5)
        try await bench.run(self.model, self.searcher, store: try bench.secondStore()) { runtime in
            let error = await #expect(throws: RequestError.self) {
                try await runtime.answer(wait.wait.id, with: ["decision": "raise", "by": 6], by: "grace")
            }
            #expect(error?.code == .answerInvalid)
            _ = try await runtime.answer(wait.wait.id, with: ["decision": "raise", "by": 5], by: "grace")
            try await runtime.reached(.waitOpened, count: 2, in: id)
            let again = try #require(try await runtime.outcome(of: id).waits.first)
            #expect(again.wait.question.contains("10 steps taken, the limit is 10"))
            _ = try await runtime.answer(again.wait.id, with: ["decision": "stop", "reason": "enough"], by: "ada")
            guard case .limitReached(.maxSteps, let output, let head) = try await runtime.outcome(of: id) else {
                Issue.record("it went on")
                return
            }
            #expect(output == "Nothing found on 10 pages." && head.steps == 11)
        }
        let journal = try await bench.journal(id)
        try journal.requireSound()
        let answered = journal.events.compactMap {
            if case .waitAnswered(let answered) = $0 { answered.by } else { nil }
        }
        #expect(answered == ["grace", "ada"] && journal.count(.limitApproached) == 2)
    }

    @Test(arguments: Bench.Kind.allCases) func aLimitThatNobodyRaisesHolds(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        try await bench.run(self.model, self.searcher) { runtime in
            let id = try await runtime.begin("Find it")
            _ = try #require(try await runtime.outcome(of: id).waits.first)
            bench.wallClock.advance(by: .seconds(24 * 3_600))
            try await runtime.reached(.completed, in: id)
            let head = try await runtime.outcome(of: id).head
            #expect(head.reason == .maxSteps && head.steps == 6)
            try await bench.journal(id).require(inOrder: .waitOpened, .waitExpired, .limitReached, .completed)
        }
    }
}
