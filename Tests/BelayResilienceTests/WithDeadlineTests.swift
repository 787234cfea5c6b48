import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WithDeadlineTests {
    private struct Broken: Error {}

    @Test func workThatIsInTimeReturnsAndLeavesNoSleeper() async throws {
        let clock = ManualClock()
        #expect(try await withDeadline(.seconds(5), clock: clock) { 42 } == 42)
        #expect(clock.sleeperCount == 0)
    }

    @Test func workThatTakesTooLongIsCancelled() async {
        let clock = ManualClock()
        let ended = Locked(false)
        let call = Task {
            try await withDeadline(.seconds(5), phase: .firstToken, clock: clock) {
                defer { ended.withLock { $0 = true } }
                try await clock.sleep(for: .seconds(60))
            }
        }
        await clock.sleepers(2)
        clock.advance(by: .seconds(5))
        await #expect(throws: DeadlineExceeded(phase: .firstToken, limit: .seconds(5))) { try await call.value }
        #expect(ended.withLock { $0 })
        #expect(clock.sleeperCount == 0)
    }

    @Test func whatTheWorkThrowsIsThrownAsItIs() async {
        let clock = ManualClock()
        await #expect(throws: Broken.self) { try await withDeadline(.seconds(5), clock: clock) { throw Broken() } }
        #expect(clock.sleeperCount == 0)
    }

    @Test func noTimeMeansNoWork() async {
        await #expect(throws: DeadlineExceeded(phase: .total, limit: .zero)) {
            try await withDeadline(.zero, clock: ManualClock()) { Issue.record("There is no time.") }
        }
    }

    @Test func cancellationReachesTheWorkAndPassesThroughAsItself() async {
        let clock = ManualClock()
        let call = Task {
            try await withDeadline(.seconds(5), clock: clock) { try await clock.sleep(for: .seconds(60)) }
        }
        await clock.sleepers(2)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test func aCancelledCallersWorkHasTheLastWord() async throws {
        let clock = ManualClock()
        let call = Task {
            try await withDeadline(.seconds(5), clock: clock) {
                do {
                    try await clock.sleep(for: .seconds(60))
                    return "finished"
                } catch {
                    // Long enough, in another task, for the cancelled timer to end first.
                    await Task { for _ in 0..<200 { await Task.yield() } }.value
                    return "saved what there was"
                }
            }
        }
        await clock.sleepers(2)
        call.cancel()
        #expect(try await call.value == "saved what there was")
    }

    @Test func deadlinesNestAndTheShorterOneEnds() async {
        let clock = ManualClock()
        let call = Task {
            try await withDeadline(.seconds(9), phase: .total, clock: clock) {
                try await withDeadline(.seconds(3), phase: .connect, clock: clock) {
                    try await clock.sleep(for: .seconds(60))
                }
            }
        }
        await clock.sleepers(3)
        clock.advance(by: .seconds(3))
        await #expect(throws: DeadlineExceeded(phase: .connect, limit: .seconds(3))) { try await call.value }
    }
}
