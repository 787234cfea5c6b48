import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TimekeeperTests {
    @Test func countsFromWhenItWasMade() {
        let clock = ManualClock(startingAt: .init(offset: .seconds(1_000)))
        let timekeeper = Timekeeper(clock)
        #expect(timekeeper.now == .origin)
        clock.advance(by: .seconds(2))
        #expect(timekeeper.now == .seconds(2))
    }

    @Test func sleepsOnItsClock() async throws {
        let clock = ManualClock()
        let timekeeper = Timekeeper(clock)
        let sleeper = Task { try await timekeeper.sleep(for: .seconds(7)) }
        #expect(await clock.advanceToNext() == .seconds(7))
        try await sleeper.value
    }

    @Test func oneMadeFromAnotherKeepsItsOrigin() {
        let clock = ManualClock()
        let first = Timekeeper(clock)
        clock.advance(by: .seconds(5))
        let second = Timekeeper(first as any Clock<Duration>)
        #expect(second.now == first.now)
        #expect(second.now == .seconds(5))
    }
}
