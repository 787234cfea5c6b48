import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct PlainPolicyTests {
    @Test func aFixedPathIsTakenUnlessItIsNotThere() {
        var random = SeededGenerator(seed: 1)
        let policy = FixedPath(Paths.fair)
        #expect(policy.choose(.test(), at: .start, using: &random)?.path == Paths.fair)
        #expect(policy.choose(.test([Paths.poor]), at: .start, using: &random)?.path == Paths.poor)
        #expect(policy.choose(.test([]), at: .start, using: &random) == nil)
    }

    @Test func anOrderSkipsWhatFailedForAWhile() {
        var random = SeededGenerator(seed: 1)
        var policy = StaticOrder(failuresToOpen: 3, openFor: .seconds(60))
        for index in 0..<3 {
            #expect(policy.choose(.test(), at: .seconds(index), using: &random)?.path == Paths.good)
            policy.learn(from: .test("\(index)", success: 0), at: .seconds(index))
        }
        #expect(policy.choose(.test(), at: .seconds(3), using: &random)?.path == Paths.fair)
        #expect(policy.choose(.test(), at: .seconds(62), using: &random)?.path == Paths.good)
        policy.learn(from: .test("again", success: 0), at: .seconds(62))
        #expect(policy.choose(.test(), at: .seconds(63), using: &random)?.path == Paths.fair)
        policy.learn(from: .test("late", success: 1), at: .seconds(64))
        #expect(policy.choose(.test(), at: .seconds(65), using: &random)?.path == Paths.good)
    }

    @Test func chanceTakesAllAlike() {
        var random = SeededGenerator(seed: 1)
        var counts: [ModelPath: Int] = [:]
        for _ in 0..<3_000 {
            guard let decision = UniformRandom().choose(.test(), at: .start, using: &random) else { return }
            counts[decision.path, default: 0] += 1
            #expect(decision.propensity == 1.0 / 3)
        }
        #expect(counts.values.allSatisfy { abs($0 - 1_000) < 150 })
    }

    @Test func epsilonGreedyTriesEachPathAndThenMostlyTheBest() {
        var random = SeededGenerator(seed: 1)
        var policy = EpsilonGreedy(epsilon: 0.1, utility: Utility(LearnedRoutingOptions()))
        var counts: [ModelPath: Int] = [:]
        for call in 0..<2_000 {
            guard let decision = policy.choose(.test(), at: .start, using: &random) else { return }
            counts[decision.path, default: 0] += 1
            let success = decision.path == Paths.fair ? 1.0 : 0.5
            policy.learn(from: .test("\(call)", decision.path, success: success), at: .start)
            if let propensity = decision.propensity {
                let expected = decision.reason == .best ? 0.9 + 0.1 / 3 : nil
                if let expected { #expect(abs(propensity - expected) < 1e-12) }
            }
        }
        #expect(abs(counts[Paths.fair, default: 0] - 1_867) < 60)
        #expect(counts[Paths.poor, default: 0] > 30)
    }
}
