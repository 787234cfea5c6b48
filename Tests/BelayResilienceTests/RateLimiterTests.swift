import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RateLimiterTests {
    @Test func requestsAndTokensAreTakenTogetherOrNotAtAll() throws {
        let clock = ManualClock()
        let limiter = RateLimiter(requests: .perMinute(2), tokens: .perMinute(1_000), clock: clock)
        try limiter.admit(tokens: 900)
        #expect(throws: RateLimited(dimension: .tokens, retryAfter: .seconds(6))) { try limiter.admit(tokens: 200) }
        try limiter.admit(tokens: 100)
        #expect(throws: RateLimited(dimension: .requests, retryAfter: .seconds(30))) { try limiter.admit() }
        clock.advance(by: .seconds(30))
        try limiter.admit(tokens: 500)
    }

    @Test func aCallThatCanNeverPassIsToldSo() async {
        let limiter = RateLimiter(tokens: .perMinute(1_000), clock: ManualClock())
        await #expect(throws: RateLimited(dimension: .tokens, retryAfter: nil)) {
            try await limiter.wait(tokens: 1_001, atMost: .seconds(1_000_000))
        }
    }

    @Test func anEstimateIsCorrectedOnceTheTrueFigureIsKnown() throws {
        let limiter = RateLimiter(tokens: .perMinute(1_000), clock: ManualClock())
        try limiter.admit(tokens: 1_000)
        limiter.adjust(tokensBy: -400)
        try limiter.admit(tokens: 400)
        limiter.adjust(tokensBy: 100)
        #expect(throws: RateLimited(dimension: .tokens, retryAfter: .seconds(6))) { try limiter.admit() }
    }

    @Test func aCallThatWasNotMadeGivesBackWhatItTook() throws {
        let limiter = RateLimiter(requests: .perMinute(1), tokens: .perMinute(1_000), clock: ManualClock())
        try limiter.admit(tokens: 1_000)
        limiter.refund(tokens: 1_000)
        try limiter.admit(tokens: 1_000)
    }

    @Test func callsWaitTheirTurnAndNoneIsOvertaken() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(tokens: .perSecond(10), clock: clock)
        try limiter.admit(tokens: 10)
        let large = Task { try await limiter.wait(tokens: 10, atMost: .seconds(5)) }
        await clock.sleepers(1)
        let small = Task { try await limiter.wait(tokens: 1, atMost: .seconds(5)) }
        await clock.sleepers(2)
        #expect(throws: RateLimited.self, "Nor by one that does not wait.") { try limiter.admit(tokens: 1) }
        #expect(limiter.waiting == 2)
        #expect(await clock.advanceToNext() == .seconds(1))
        #expect(try await large.value == .seconds(1))
        #expect(await clock.advanceToNext() == .milliseconds(100))
        #expect(try await small.value == .milliseconds(1_100))
        #expect(limiter.waiting == 0)
    }

    @Test func aCallThatWouldWaitTooLongIsRefusedAtOnce() async throws {
        let limiter = RateLimiter(requests: .perMinute(1), clock: ManualClock())
        try limiter.admit()
        await #expect(throws: RateLimited(dimension: .requests, retryAfter: .seconds(60))) {
            try await limiter.wait(atMost: .seconds(59))
        }
    }

    @Test func noMoreCallsWaitThanMay() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(requests: .perMinute(1), maxWaiting: 3, clock: clock)
        try limiter.admit()
        let waiting = (0..<3).map { _ in Task { try await limiter.wait(atMost: .seconds(1_000)) } }
        await clock.sleepers(3)
        await #expect(throws: RateLimited(dimension: .requests, retryAfter: .seconds(240))) {
            try await limiter.wait(atMost: .seconds(1_000))
        }
        for call in waiting { call.cancel() }
    }

    @Test func aCancelledCallGivesBackItsPlaceAndItsUnits() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(requests: .perMinute(1), maxWaiting: 1, clock: clock)
        try limiter.admit()
        let call = Task { try await limiter.wait(atMost: .seconds(1_000)) }
        await clock.sleepers(1)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(limiter.waiting == 0)
        clock.advance(by: .seconds(60))
        try limiter.admit()
    }

    @Test func manyTasksTogetherStayUnderTheLimit() async {
        let limiter = RateLimiter(requests: .perMinute(100), tokens: .perMinute(1_000), clock: ManualClock())
        let admitted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { (0..<10).count { _ in (try? limiter.admit(tokens: 20)) != nil } }
            }
            return await group.reduce(0, +)
        }
        #expect(admitted == 50)
    }
}
