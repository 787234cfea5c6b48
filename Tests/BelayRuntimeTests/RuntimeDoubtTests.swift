import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// A call whose effect comes later than anybody waits for it: what probes and compensations may say, and when.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeDoubtTests {
    private static func model() -> ScriptedModel {
        ScriptedModel([.call("create_refund", ["amount": 5], id: "r1"), .text("Done.")])
    }

    /// A service that has its effect only when the test says so, and is told apart from one that lost the request by nothing.
    private final class SlowService: Sendable {
        let questions = Locked(0)
        private let hasHappened = Locked(false)
        private let isUndone = Locked(false)
        var happened: Bool { self.hasHappened.withLock { $0 } }
        var undone: Bool { self.isUndone.withLock { $0 } }
        func happen() { self.hasHappened.withLock { $0 = true } }

        func tool(_ deeds: Deeds, probe: Bool) -> Tool {
            let lose: @Sendable (RefundRequest) async throws -> String = { _ in
                throw ToolFailure(.timeout, "no answer in time", mayHaveHappened: true)
            }
            guard probe else {
                return .refund(
                    deeds, effect: .compensatable, timeout: .seconds(30), lose, compensate: { _ in self.undo() })
            }
            return .refund(deeds, inDoubt: .probe, timeout: .seconds(30), lose, probe: { _ in self.answer() })
        }

        private func answer() -> String? {
            self.questions.withLock { $0 += 1 }
            return self.happened ? "refunded 5" : nil
        }

        private func undo() {
            self.questions.withLock { $0 += 1 }
            // What comes after it stays.
            if self.happened { self.isUndone.withLock { $0 = true } }
        }
    }

    /// Lets the execution come to its pause, moves the clock, and lets it end.
    private func run(
        _ service: SlowService, probe: Bool, while waiting: (Runtime, ExecutionID, Bench) async throws -> Void
    ) async throws -> (outcome: Outcome, journal: Journal, calls: Int) {
        let bench = try Bench()
        let deeds = Deeds()
        let agent = Agent.support([service.tool(deeds, probe: probe)])
        let outcome = try await bench.run(Self.model(), agent) { runtime in
            let id = try await runtime.begin()
            try await runtime.reached(.waitOpened, in: id)
            while try await bench.store.head(of: id)?.state != .waiting, !Task.isCancelled { await Task.yield() }
            try await waiting(runtime, id, bench)
            return try await runtime.outcome(of: id)
        }
        let journal = try await bench.journal(outcome.head.id)
        try journal.requireSound()
        return (outcome, journal, deeds.count)
    }

    @Test func anEffectThatComesAfterTheFirstProbeIsFound() async throws {
        let service = SlowService()
        let (outcome, journal, calls) = try await self.run(service, probe: true) { _, _, bench in
            #expect(service.questions.withLock { $0 } == 1)
            service.happen()
            bench.wallClock.advance(by: .seconds(61))
        }
        #expect(outcome.output == "Done." && calls == 1 && service.questions.withLock { $0 } == 2)
        #expect(journal.resolutions == [.happened])
        try journal.require(inOrder: .toolCallInDoubt, .waitOpened, .waitExpired, .toolCallResolved, .completed)
    }

    @Test func onlyALateNoIsFinal() async throws {
        let service = SlowService()
        let (_, journal, _) = try await self.run(service, probe: true) { _, id, bench in
            bench.wallClock.advance(by: .seconds(59))
            // A look at it too early changes nothing.
            for _ in 0..<100 { await Task.yield() }
            let early = try await bench.journal(id)
            #expect(early.count(.toolCallResolved) == 0)
            bench.wallClock.advance(by: .seconds(2))
        }
        #expect(journal.resolutions == [.didNotHappen] && service.questions.withLock { $0 } == 2)
    }

    @Test func aYesSettlesAtOnce() async throws {
        let service = SlowService()
        service.happen()
        let bench = try Bench()
        let agent = Agent.support([service.tool(Deeds(), probe: true)])
        let outcome = try await bench.run(Self.model(), agent) { try await $0.outcome(of: try await $0.begin()) }
        let journal = try await bench.journal(outcome.head.id)
        #expect(journal.resolutions == [.happened] && journal.count(.waitOpened) == 0)
    }

    @Test func aCompensationUndoesWhatCameLate() async throws {
        let service = SlowService()
        let (_, journal, _) = try await self.run(service, probe: false) { _, _, bench in
            #expect(service.questions.withLock { $0 } == 0)
            service.happen()
            bench.wallClock.advance(by: .seconds(61))
        }
        #expect(service.undone && journal.resolutions == [.compensated])
    }

    @Test(arguments: [true, false]) func aCancelEndsThePause(probe: Bool) async throws {
        let service = SlowService()
        let (outcome, journal, _) = try await self.run(service, probe: probe) { runtime, id, _ in
            try await runtime.cancel(id, by: "ada")
        }
        #expect(outcome.isCancelled && journal.resolutions.isEmpty)
        guard case .toolCallFailed(let failed)? = journal.events.last(where: { $0.name == .toolCallFailed }) else {
            return #expect(Bool(false), "\(journal)")
        }
        #expect(failed.failure.mayHaveHappened)
    }

    /// The whole pause lies in the journal: the process that began it may be gone.
    @Test func anotherProcessEndsThePause() async throws {
        let bench = try Bench(.sqlite)
        let service = SlowService()
        let deeds = Deeds()
        let agent = Agent.support([service.tool(deeds, probe: true)])
        let id = try await bench.run(Self.model(), agent) { runtime in
            let id = try await runtime.begin()
            while try await bench.store.head(of: id)?.state != .waiting, !Task.isCancelled { await Task.yield() }
            return id
        }
        service.happen()
        bench.wallClock.advance(by: .seconds(61))
        let outcome = try await bench.run(ScriptedModel([.text("Done.")]), agent, store: try bench.secondStore()) {
            try await $0.outcome(of: id)
        }
        #expect(outcome.output == "Done." && deeds.count == 1)
        let journal = try await bench.journal(id)
        #expect(journal.resolutions == [.happened])
    }

    // MARK: What is said of a lost result

    @Test func aResultThatTheStoreRefusedIsLoggedAndNamed() async throws {
        let bench = try Bench()
        let log = LogRecorder()
        let isFirst = Locked(true)
        let store = FaultyStore(bench.store) { _, transition in
            guard transition.events.contains(where: { $0.name == .toolCallSucceeded }) else { return nil }
            return isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            } ? .deathBefore : nil
        }
        let runtime = Runtime(
            store: store, gateway: Self.model(), options: .quick, logger: log.logger(from: .error), clock: bench.clock,
            wallClock: bench.wallClock)
        try runtime.register(Agent.support([.refund(Deeds())]))
        let id = try await runtime.begin()
        runtime.runInBackground()
        while !store.isDead, !Task.isCancelled { await Task.yield() }
        await runtime.shutdown()
        let line = try #require(log.lines.first { $0.contains("the result of a tool call could not be recorded") })
        #expect(line.contains("call=r1") && line.contains("outcome=succeeded") && !line.contains("refunded 5"))
        bench.wallClock.advance(by: .seconds(11))
        let doubt = try await self.doubt(of: id, bench)
        #expect(doubt.reason == "another process took the execution over before a result was recorded")
    }

    private func doubt(of id: ExecutionID, _ bench: Bench) async throws -> Event.ToolCallInDoubt {
        try await bench.run(Self.model(), .support([.refund(Deeds())])) { runtime in
            try await runtime.reached(.toolCallInDoubt, in: id)
        }
        for event in try await bench.journal(id).events { if case .toolCallInDoubt(let doubt) = event { return doubt } }
        throw JournalMismatch(reason: "no doubt", journal: try await bench.journal(id))
    }

    @Test func theSameProcessSaysThatItsLeaseWasLost() async throws {
        let bench = try Bench()
        let deeds = Deeds()
        let begun = Interruption()
        let tool = Tool.refund(deeds) { _ in
            begun.fire()
            try await Task.sleep(for: .seconds(3_600))
            return "never"
        }
        var options = RuntimeOptions.quick
        options.lease = .seconds(3_600)
        try await bench.run(Self.model(), .support([tool]), options: options) { runtime in
            let id = try await runtime.begin()
            await begun.wait()
            bench.wallClock.advance(by: .seconds(3_601))
            try await runtime.reached(.toolCallInDoubt, in: id)
            let journal = try await bench.journal(id)
            for case .toolCallInDoubt(let doubt) in journal.events {
                #expect(!doubt.reason.contains("another process"), "\(doubt.reason)")
            }
            #expect(deeds.count == 1)
            try await runtime.cancel(id, by: "ada")
        }
    }
}

extension Journal {
    fileprivate var resolutions: [Event.ToolCallResolved.Resolution] {
        self.events.compactMap { if case .toolCallResolved(let resolved) = $0 { resolved.resolution } else { nil } }
    }
}
