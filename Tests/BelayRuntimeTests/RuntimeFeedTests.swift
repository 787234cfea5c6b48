import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(1)))
struct RuntimeFeedTests {
    /// A model that works for some steps and answers, and a tool that signals on the way, so that others write as well.
    private static func model() -> ScriptedModel {
        ScriptedModel { call in
            let count = call.request.messages.count
            return count > 30 ? .text("Done.") : .call("check_order", ["number": .string("\(count)")], id: "c")
        }
    }

    private static let agent = Agent.support(
        [.check { "order \($0.number)" }], limits: ExecutionLimits(maxSteps: 100, maxTokens: .max))

    /// Reads on from `sequence`, at most `limit` events.
    private func read(
        _ runtime: Runtime, _ id: ExecutionID, after sequence: Int, limit: Int
    ) async throws -> [JournalEvent] {
        var events: [JournalEvent] = []
        for try await item in runtime.events(of: id, after: sequence) {
            if case .event(let entry) = item { events.append(entry) }
            if events.count == limit { break }
        }
        return events
    }

    @Test(arguments: Bench.Kind.allCases) func isResumedWithoutGapOrRepeat(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        try await bench.run(Self.model(), Self.agent) { runtime in
            let id = try await runtime.begin()
            async let signals: Void = {
                for _ in 0..<20 { try await runtime.feedback(id, score: 1, comment: nil, by: "ada") }
            }()
            var events: [JournalEvent] = []
            while true {
                let page = try await self.read(runtime, id, after: events.last?.sequence ?? 0, limit: 3)
                if page.isEmpty { break }
                events += page
            }
            try await signals
            let journal = try await bench.journal(id)
            #expect(Array(journal.entries.prefix(events.count)) == events)
            #expect(events.contains { $0.event.isEnding })
            try journal.requireSound()
        }
    }

    @Test func whoComesBackAfterTheEndIsNotKeptWaiting() async throws {
        let bench = try Bench()
        try await bench.run(ScriptedModel([.text("Hello.")])) { runtime in
            let id = try await runtime.begin()
            let last = try await runtime.outcome(of: id).head.sequence
            #expect(try await self.read(runtime, id, after: last, limit: 9).isEmpty)
            #expect(try await self.read(runtime, id, after: last + 100, limit: 9).isEmpty)
            try await runtime.feedback(id, score: 1, comment: nil, by: "ada")
            #expect(try await self.read(runtime, id, after: last, limit: 9).map(\.event.name) == [.feedbackReceived])
        }
    }

    @Test func showsTextAsItIsWrittenAndSilences() async throws {
        let bench = try Bench()
        let gate = Interruption()
        let model = ScriptedModel([
            .deciding { _ in
                await gate.wait()
                return .text("Hello.")
            }
        ])
        try await bench.run(model) { runtime in
            var iterator = runtime.events(of: try await runtime.begin(), heartbeat: .milliseconds(10))
                .makeAsyncIterator()
            var text = ""
            var beats = 0
            while let item = try await iterator.next() {
                switch item {
                case .progress(_, .textDelta(let delta, _)): text += delta
                case .heartbeat:
                    beats += 1
                    if beats == 2 { gate.fire() }
                case .event, .progress: break
                }
            }
            #expect(beats >= 2 && (text == "Hello." || text.isEmpty))
        }
    }

    @Test func anUnknownExecutionHasNoFeed() async throws {
        let runtime = try Bench().runtime(ScriptedModel([]))
        let error = await #expect(throws: RequestError.self) {
            try await self.read(runtime, ExecutionID(rawValue: "exe_none"), after: 0, limit: 1)
        }
        #expect(error?.code == .executionNotFound)
    }
}
