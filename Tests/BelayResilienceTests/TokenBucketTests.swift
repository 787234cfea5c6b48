import BelayResilience
import BelayTesting
import Testing

struct TokenBucketTests {
    @Test func aFullBucketLetsItsBurstPassAndThenOneAtATime() {
        var bucket = TokenBucket(limit: .perMinute(60))
        let burst = (0..<60).map { _ in bucket.admit(at: .origin) }
        #expect(burst.allSatisfy { $0 == .admitted })
        let next = [bucket.admit(at: .origin), bucket.admit(at: .seconds(1)), bucket.admit(at: .seconds(1.5))]
        #expect(next == [.retry(after: .seconds(1)), .admitted, .retry(after: .milliseconds(500))])
    }

    @Test func aCallMayCostMoreThanOne() {
        var bucket = TokenBucket(limit: .perMinute(600))
        let decisions = [
            bucket.admit(cost: 500, at: .origin), bucket.admit(cost: 200, at: .origin),
            bucket.admit(cost: 200, at: .seconds(10)), bucket.admit(cost: 0, at: .seconds(10)),
        ]
        #expect(decisions == [.admitted, .retry(after: .seconds(10)), .admitted, .admitted])
    }

    @Test func aCostOverTheBurstIsNeverAdmitted() {
        var bucket = TokenBucket(limit: .perMinute(600, burst: 100))
        let decision = bucket.admit(cost: 101, at: .origin)
        #expect(decision == .tooLarge(maximum: 100))
        #expect(bucket.available(at: .origin) == 100)
    }

    @Test func unitsThatWereNotUsedComeBackButNeverMoreThanFit() {
        var bucket = TokenBucket(limit: .perMinute(60))
        bucket.take(60, at: .origin)
        bucket.adjust(by: -25, at: .origin)
        #expect(bucket.available(at: .origin) == 25)
        bucket.adjust(by: -1_000_000, at: .origin)
        #expect(bucket.available(at: .origin) == 60)
        bucket.adjust(by: .min, at: .origin)
        #expect(bucket.available(at: .seconds(1_000)) == 60)
    }

    @Test func aCallThatCostMoreThanEstimatedPutsTheBucketInDebt() {
        var bucket = TokenBucket(limit: .perMinute(60))
        bucket.take(60, at: .origin)
        bucket.adjust(by: 30, at: .origin)
        #expect(bucket.available(at: .origin) == -30)
        #expect(bucket.wait(for: 1, at: .origin) == .seconds(31))
        bucket.adjust(by: .max, at: .origin)
        #expect(bucket.available(at: .origin) == -90, "One correction adds a full bucket of debt at most.")
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func neverAdmitsMoreThanBurstAndRateInAnyStretchOfTime(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = RateLimit(
            .random(in: 1...5_000, using: &random), per: .seconds(Int.random(in: 1...90, using: &random)),
            burst: .random(in: 1...300, using: &random))
        var bucket = TokenBucket(limit: limit)
        var now = Moment.origin
        var admitted: [(at: Moment, cost: Int)] = []
        for _ in 0..<150 {
            now = now + .milliseconds(Int.random(in: 0...500, using: &random))
            let cost = Int.random(in: 0...limit.burst, using: &random)
            let decision = bucket.admit(cost: cost, at: now)
            if case .retry(let wait) = decision {
                #expect(wait > .zero)
                // The wait is enough, if nobody else comes, and not a moment longer than needed.
                var later = bucket
                let atTheEnd = later.admit(cost: cost, at: now + wait)
                #expect(atTheEnd == .admitted)
                var sooner = bucket
                let before = sooner.admit(cost: cost, at: now + (wait - .nanoseconds(1)))
                #expect(before != .admitted || wait < .nanoseconds(1))
            } else {
                admitted.append((now, cost))
            }
        }
        for first in admitted.indices {
            var sum = 0
            for last in first..<admitted.count {
                sum += admitted[last].cost
                let stretch = admitted[first].at.duration(to: admitted[last].at)
                let allowed = Double(limit.burst) + stretch / limit.period * Double(limit.amount)
                if Double(sum) > allowed + 1e-6 { Issue.record("\(sum) units in \(stretch), allowed \(allowed)") }
            }
        }
    }
}
