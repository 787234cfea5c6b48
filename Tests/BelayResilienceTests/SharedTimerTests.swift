import BelayTesting
import Testing

@testable import BelayResilience

@Suite(.timeLimit(.minutes(5)))
struct SharedTimerTests {
    private let clock = ManualClock()

    private func timer() -> SharedTimer<ManualClock> { SharedTimer(self.clock, step: .milliseconds(10)) }

    private func sleep(_ milliseconds: Int, on timer: SharedTimer<ManualClock>) -> Task<ManualClock.Instant, any Error>
    {
        let deadline = self.clock.now.advanced(by: .milliseconds(milliseconds))
        return Task {
            try await timer.sleep(until: deadline)
            return self.clock.now
        }
    }

    private func untilAsleep(_ count: Int, on timer: SharedTimer<ManualClock>) async {
        while timer.count < count, !Task.isCancelled { await Task.yield() }
    }

    @Test func nobodyWakesEarlyOrLaterThanAStep() async throws {
        let timer = self.timer()
        let sleeps = [35, 5, 20, 20, 100].map { ($0, self.sleep($0, on: timer)) }
        await self.untilAsleep(5, on: timer)
        for (milliseconds, sleep) in sleeps.sorted(by: { $0.0 < $1.0 }) {
            while timer.count > 0, self.clock.now.offset < .milliseconds(milliseconds) {
                _ = await self.clock.advanceToNext()
            }
            let woken = try await sleep.value.offset
            #expect(woken >= .milliseconds(milliseconds) && woken < .milliseconds(milliseconds + 10))
        }
        #expect(timer.count == 0)
    }

    @Test func manySleepOnOneTimerOfTheClock() async {
        let timer = self.timer()
        let sleeps = (0..<50).map { self.sleep(1_000 + $0, on: timer) }
        await self.untilAsleep(50, on: timer)
        // Those that were replaced by an earlier one leave in their own time.
        while self.clock.sleeperCount != 1, !Task.isCancelled { await Task.yield() }
        for sleep in sleeps { sleep.cancel() }
        for sleep in sleeps { await #expect(throws: CancellationError.self) { _ = try await sleep.value } }
        #expect(timer.count == 0)
    }

    @Test func aCancelledSleepEndsAtOnceAndNoOtherDoes() async throws {
        let timer = self.timer()
        let (first, second) = (self.sleep(10, on: timer), self.sleep(10, on: timer))
        await self.untilAsleep(2, on: timer)
        first.cancel()
        await #expect(throws: CancellationError.self) { _ = try await first.value }
        #expect(timer.count == 1)
        _ = await self.clock.advanceToNext()
        _ = try await second.value
    }

    @Test func whatIsCancelledBeforeItSleepsDoesNot() async {
        let timer = self.timer()
        let deadline = self.clock.now.advanced(by: .seconds(1))
        let sleep = Task {
            while !Task.isCancelled { await Task.yield() }
            try await timer.sleep(until: deadline)
        }
        sleep.cancel()
        await #expect(throws: CancellationError.self) { try await sleep.value }
        #expect(timer.count == 0)
    }

    @Test func anEarlierDeadlineReplacesTheTimer() async throws {
        let timer = self.timer()
        let late = self.sleep(500, on: timer)
        await self.untilAsleep(1, on: timer)
        let soon = self.sleep(20, on: timer)
        await self.untilAsleep(2, on: timer)
        self.clock.advance(by: .milliseconds(20))
        #expect(try await soon.value.offset == .milliseconds(20))
        late.cancel()
        _ = await late.result
    }

    @Test func aMomentThatHasPassedIsNotSleptFor() async throws {
        let timer = self.timer()
        self.clock.advance(by: .seconds(5))
        _ = try await self.sleep(-1_000, on: timer).value
    }
}
