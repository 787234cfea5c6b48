import BelayResilience
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct InterruptionTests {
    @Test func whatFiredBeforeBeginsNothing() async throws {
        let interruption = Interruption()
        let hasBegun = Locked(false)
        interruption.fire()
        await #expect(throws: CancellationError.self) {
            try await interruption.bounding { hasBegun.withLock { $0 = true } }
        }
        #expect(!hasBegun.withLock { $0 })
    }

    @Test func whatIsUnderWayIsCancelledAndAwaited() async throws {
        let interruption = Interruption()
        let begun = Interruption()
        let hasEnded = Locked(false)
        let work = Task {
            try await interruption.bounding {
                begun.fire()
                defer { hasEnded.withLock { $0 = true } }
                try await Task.sleep(for: .seconds(3_600))
            }
        }
        await begun.wait()
        interruption.fire()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(hasEnded.withLock { $0 })
    }

    @Test func whatEndedFirstKeepsItsOutcome() async throws {
        let interruption = Interruption()
        #expect(try await interruption.bounding { 7 } == 7)
        interruption.fire()
        #expect(interruption.isFired)
    }

    /// Work that doesn't listen to its cancellation counts all the same.
    @Test func whatEndsAfterItWasInterruptedKeepsItsOutcome() async throws {
        let interruption = Interruption()
        let outcome = try await interruption.bounding {
            interruption.fire()
            return Task.isCancelled
        }
        #expect(outcome)
    }

    @Test func aCancelledCallerCancelsTheWork() async throws {
        let interruption = Interruption()
        let begun = Interruption()
        let work = Task {
            try await interruption.bounding {
                begun.fire()
                try await Task.sleep(for: .seconds(3_600))
            }
        }
        await begun.wait()
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(!interruption.isFired)
    }

    @Test func waitingEndsWhenItFiresOrTheTaskIsCancelled() async {
        let interruption = Interruption()
        let cancelled = Task { await interruption.wait() }
        cancelled.cancel()
        await cancelled.value
        #expect(!interruption.isFired)
        let woken = Task { await interruption.wait() }
        interruption.fire()
        await woken.value
        await interruption.wait()
    }
}
