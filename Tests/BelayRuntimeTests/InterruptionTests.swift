import BelayResilience
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(1)))
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
}
