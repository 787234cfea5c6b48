import BelayResilience
import Testing

struct AdaptiveLimitTests {
    @Test func aRefusalHalvesWhatWasUnderWay() {
        var limit = AdaptiveLimit(maximum: 64)
        #expect(limit.limit == 64 && !limit.isCut)
        let first = limit.refused(startedAt: .seconds(1), running: 40, at: .seconds(2))
        #expect(first && limit.limit == 20 && limit.isCut)
    }

    @Test func theCallsOfOneRoundCutOnce() {
        var limit = AdaptiveLimit(maximum: 64)
        _ = limit.refused(startedAt: .seconds(1), running: 64, at: .seconds(3))
        for _ in 0..<30 {
            let again = limit.refused(startedAt: .seconds(2), running: 60, at: .seconds(4))
            #expect(!again)
        }
        #expect(limit.limit == 32)
        let next = limit.refused(startedAt: .seconds(3.5), running: 32, at: .seconds(5))
        #expect(next && limit.limit == 16)
    }

    @Test func itNeverFallsBelowItsMinimum() {
        var limit = AdaptiveLimit(maximum: 64, minimum: 4)
        for second in 1...50 {
            _ = limit.refused(startedAt: .seconds(Double(second)), running: 64, at: .seconds(Double(second)))
        }
        #expect(limit.limit == 4)
        #expect(AdaptiveLimit(maximum: 2).minimum == 2)
    }

    @Test func eachRoundOfAnswersRaisesItByOneUntilItIsBack() {
        var limit = AdaptiveLimit(maximum: 12)
        _ = limit.refused(startedAt: .origin, running: 12, at: .origin)
        #expect(limit.limit == 6)
        var answers = 0
        while limit.isCut, answers < 1_000 {
            _ = limit.answered()
            answers += 1
        }
        #expect((51...58).contains(answers), "6 to 12 answers for each step: \(answers)")
        let beyond = limit.answered()
        #expect(!beyond && limit.limit == 12)
    }
}
