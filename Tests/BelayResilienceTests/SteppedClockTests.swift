import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SteppedClockTests {
    private let happenings = Happenings()
    private let clock: SteppedClock

    init() { self.clock = SteppedClock(telling: self.happenings) }

    @Test func aDeadlineIsDueWhenWhoSleepsUntilThenWasStruck() async throws {
        #expect(await !self.isDue(struck: 1, failed: 0), "nobody sleeps")
        let sleeper = try await self.sleeper()
        #expect(await !self.isDue(struck: 0, failed: 0), "the request is on its way")
        #expect(await !self.isDue(struck: 2, failed: 2), "so is that of a third attempt")
        #expect(await self.isDue(struck: 3, failed: 2))
        sleeper.cancel()
    }

    /// The attempt before has run out of time. While somebody looks it is counted as failed, and the next begins.
    @Test func noAttemptTakesTheStrikeOfTheOneBefore() async throws {
        var next: Task<Void, any Error>?
        let isDue = try await self.clock.isDue(
            .seconds(20), struck: { 1 },
            failed: {
                next = try await self.sleeper()
                return 0
            })
        #expect(!isDue)
        next?.cancel()
    }

    private func isDue(struck: Int, failed: Int) async -> Bool {
        await self.clock.isDue(.seconds(20), struck: { struck }, failed: { failed })
    }

    /// An attempt under way: it sleeps when this returns.
    private func sleeper() async throws -> Task<Void, any Error> {
        let clock = self.clock
        let sleeper = Task { try await clock.sleep(for: .seconds(20)) }
        try await self.happenings.until { clock.isSlept(for: .seconds(20)) }
        return sleeper
    }
}
