import BelayResilience
import BelayTesting
import Testing

struct RetryScheduleTests {
    /// Draws the largest or the smallest number there is, so that the jitter is just under its ceiling or zero.
    private struct Fixed: RandomNumberGenerator {
        static var largest: Fixed { Fixed(value: .max) }
        static var smallest: Fixed { Fixed(value: 0) }
        let value: UInt64
        mutating func next() -> UInt64 { self.value }
    }

    @Test func threeAttemptsAreMadeByDefault() {
        var random = SeededGenerator(seed: 1)
        var schedule = RetrySchedule(startedAt: .origin)
        guard case .retry = schedule.next(after: .transient(), at: .seconds(1), using: &random),
            case .retry = schedule.next(after: .transient(), at: .seconds(3), using: &random)
        else {
            Issue.record("Two retries were to be made.")
            return
        }
        #expect(schedule.next(after: .transient(), at: .seconds(6), using: &random) == .giveUp(.attemptsExhausted))
        #expect(schedule.failures == 3)
    }

    @Test func permanentFailuresAreNotRetried() {
        var random = SeededGenerator(seed: 1)
        var schedule = RetrySchedule(startedAt: .origin)
        #expect(schedule.next(after: .permanent, at: .seconds(1), using: &random) == .giveUp(.notRetryable))
    }

    @Test func retryAfterIsTheShortestWait() {
        var random = Fixed.smallest
        var schedule = RetrySchedule(startedAt: .origin)
        let decision = schedule.next(after: .transient(retryAfter: .seconds(90)), at: .seconds(1), using: &random)
        #expect(decision == .retry(after: .seconds(90)))
    }

    @Test func jitterLongerThanRetryAfterStands() {
        var random = Fixed.largest
        var schedule = RetrySchedule(policy: RetryPolicy(base: .seconds(8)), startedAt: .origin)
        let decision = schedule.next(after: .transient(retryAfter: .seconds(2)), at: .origin, using: &random)
        guard case .retry(let wait) = decision else {
            Issue.record("A retry was to be made, not \(decision).")
            return
        }
        #expect(wait > .seconds(7.999) && wait < .seconds(8))
    }

    @Test func aRetryAfterThatThereIsNoTimeForEndsIt() {
        var random = SeededGenerator(seed: 1)
        var schedule = RetrySchedule(policy: RetryPolicy(maxTotal: .seconds(30)), startedAt: .seconds(100))
        let decision = schedule.next(after: .transient(retryAfter: .seconds(20)), at: .seconds(115), using: &random)
        #expect(decision == .giveUp(.retryAfterTooLong))
    }

    @Test func noRetryStartsAfterTheTotalTime() {
        var random = Fixed.largest
        var schedule = RetrySchedule(policy: RetryPolicy(maxTotal: .seconds(10)), startedAt: .origin)
        #expect(schedule.next(after: .transient(), at: .seconds(9.5), using: &random) == .giveUp(.timeExhausted))
    }

    @Test func theAttemptBudgetOfTheWholeCallBoundsItsRetries() throws {
        var random = Fixed.largest
        var budget = AttemptBudget(maxAttempts: 2, total: .seconds(5), startingAt: .origin)
        var schedule = RetrySchedule(policy: RetryPolicy(maxAttempts: 10), startedAt: .origin)
        try budget.take(at: .origin)
        #expect(
            schedule.next(after: .transient(retryAfter: .seconds(1)), at: .seconds(1), within: budget, using: &random)
                == .retry(after: .seconds(1)))
        #expect(
            schedule.next(after: .transient(), at: .seconds(4), within: budget, using: &random)
                == .giveUp(.timeExhausted))
        try budget.take(at: .seconds(2))
        #expect(
            schedule.next(after: .transient(), at: .seconds(2), within: budget, using: &random)
                == .giveUp(.attemptsExhausted))
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func neverLeavesItsBounds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let policy = RetryPolicy(
            maxAttempts: .random(in: 1...12, using: &random),
            base: .milliseconds(Int.random(in: 0...5_000, using: &random)),
            factor: .random(in: 1...4, using: &random), cap: .seconds(Int.random(in: 0...60, using: &random)),
            maxTotal: .seconds(Int.random(in: 0...300, using: &random)))
        var schedule = RetrySchedule(policy: policy, startedAt: .origin)
        var now = Moment.origin
        for attempt in 1... {
            now = now + .milliseconds(Int.random(in: 0...2_000, using: &random))
            let retryAfter =
                Bool.random(using: &random) ? Duration.seconds(Int.random(in: 0...20, using: &random)) : nil
            guard
                case .retry(let wait) = schedule.next(
                    after: .transient(retryAfter: retryAfter), at: now, using: &random)
            else { break }
            #expect(attempt < policy.maxAttempts)
            #expect(wait >= retryAfter ?? .zero)
            #expect(wait <= max(policy.ceiling(beforeRetry: attempt - 1), retryAfter ?? .zero))
            now = now + wait
            #expect(now < schedule.deadline)
        }
    }

    @Test func jitterIsSpreadOverTheWholeRange() {
        var random = SeededGenerator(seed: 42)
        var tenths = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            var schedule = RetrySchedule(startedAt: .origin)
            guard case .retry(let wait) = schedule.next(after: .transient(), at: .origin, using: &random) else {
                return
            }
            tenths[min(9, Int(wait / .milliseconds(100)))] += 1
        }
        #expect(tenths.allSatisfy { (850...1_150).contains($0) }, "\(tenths)")
    }
}
