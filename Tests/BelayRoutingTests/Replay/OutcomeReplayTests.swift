import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct OutcomeReplayTests {
    private static let rates = [Paths.good: 0.9, Paths.fair: 0.7, Paths.poor: 0.4]

    /// A log that a policy wrote, in a world where the rates above hold.
    private static func log(
        _ calls: Int, seed: UInt64, by policy: some RoutingPolicy, keepsDecisions: Bool = true
    ) -> [CallOutcome] {
        var policy = policy
        var random = SeededGenerator(seed: seed)
        return (0..<calls).compactMap { call in
            guard let decision = policy.choose(.test(), at: .seconds(call), using: &random) else { return nil }
            let success = random.nextUnit() < Self.rates[decision.path, default: 0] ? 1.0 : 0
            let outcome = CallOutcome.test(
                "\(call)", decision.path, at: .seconds(call), success: success, cost: 0.001 * random.nextUnit(),
                decision: keepsDecisions ? decision : nil)
            policy.learn(from: outcome, at: .seconds(call))
            return outcome
        }
    }

    private static func truth(_ path: ModelPath) -> Double { 0.1 * Self.rates[path, default: 0] - 0.0005 - 0.001 }

    private static func estimate(_ replay: OutcomeReplay, _ policy: String) -> ReplayEstimate? {
        replay.estimates.first { $0.policy == policy }
    }

    /// Four standard errors: wrong by chance once in 16,000.
    private static func covers(_ figure: Estimated, _ truth: Double) -> Bool {
        abs(figure.value - truth) <= 4 * figure.error
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func propensitiesGiveUnbiasedAnswers(seed: UInt64) throws {
        let log = Self.log(
            3_000, seed: seed, by: EpsilonGreedy(epsilon: 0.3, utility: Utility(LearnedRoutingOptions())))
        let replay = OutcomeReplay(log)
        #expect(replay.hasPropensities)
        for path in Paths.all {
            let estimate = try #require(Self.estimate(replay, "fixed \(path)"))
            #expect(estimate.method == .doublyRobust)
            let figures = try #require(estimate.figures)
            #expect(Self.covers(figures.reward, Self.truth(path)), "seed \(seed), \(path)")
            #expect(Self.covers(figures.success, Self.rates[path, default: 0]), "seed \(seed), \(path)")
            #expect(Self.covers(figures.cost, 0.0005), "seed \(seed), \(path)")
        }
        let uniform = try #require(Self.estimate(replay, "uniform")?.figures)
        #expect(Self.covers(uniform.reward, Paths.all.reduce(0) { $0 + Self.truth($1) } / 3), "seed \(seed)")
        let regret = try #require(uniform.regret)
        #expect(abs(regret.value - (Self.truth(Paths.good) - (0.1 * 2.0 / 3 - 0.0015))) < 5 * regret.error)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aLearningPolicyIsReplayedOnALogOfChance(seed: UInt64) throws {
        let replay = OutcomeReplay(Self.log(3_000, seed: seed, by: UniformRandom()))
        let learned = try #require(Self.estimate(replay, "thompson"))
        #expect(learned.method == .rejection)
        #expect((800...1_200).contains(learned.used))
        let reward = try #require(learned.figures?.reward)
        // Nearly as good as the best path, and clearly better than chance.
        #expect(reward.value > 0.082 - 4 * reward.error, "seed \(seed)")
        #expect(reward.value < Self.truth(Paths.good) + 4 * reward.error, "seed \(seed)")
        let uniform = try #require(Self.estimate(replay, "uniform")?.figures)
        #expect(reward.value > uniform.reward.value, "seed \(seed)")
    }

    @Test func withoutPropensitiesItSaysWhatItAssumes() throws {
        let replay = OutcomeReplay(Self.log(3_000, seed: 1, by: UniformRandom(), keepsDecisions: false))
        #expect(!replay.hasPropensities)
        #expect(replay.notes.contains { $0.contains("doesn't say how probable") })
        let fixed = try #require(Self.estimate(replay, "fixed two/fair"))
        #expect(fixed.method == .matching)
        #expect(Self.covers(try #require(fixed.figures?.reward), Self.truth(Paths.fair)))
        #expect(Self.estimate(replay, "thompson")?.figures != nil)
    }

    @Test func aLogOfOnePathCannotSpeakOfOthers() throws {
        let replay = OutcomeReplay(Self.log(500, seed: 1, by: FixedPath(Paths.fair)))
        #expect(replay.notes.contains { $0.contains("one path only") })
        guard case .unknown(let reason) = try #require(Self.estimate(replay, "fixed one/good")).answer else {
            Issue.record("The log was believed to know a path that it doesn't have.")
            return
        }
        #expect(reason.contains("0 outcomes"))
        #expect(Self.estimate(replay, "fixed two/fair")?.figures != nil)
        guard case .unknown = try #require(Self.estimate(replay, "uniform")).answer else {
            Issue.record("A third of the choices is no answer.")
            return
        }
        #expect(replay.table.contains("the log can't tell"))
    }

    @Test func emptyAndTinyLogsSaySo() {
        #expect(OutcomeReplay([]).notes == ["The log has 0 judged outcomes; nothing can be compared."])
        #expect(OutcomeReplay([.test("a", success: 1)]).estimates.isEmpty)
        let few = OutcomeReplay((0..<10).map { .test("\($0)", success: 1) })
        #expect(few.estimates.first?.figures != nil)
        #expect(few.estimates.dropFirst().allSatisfy { $0.figures == nil })
    }

    @Test func theLastRevisionOfEachCallCounts() {
        var log = (0..<100).map { CallOutcome.test("\($0)", at: .seconds($0), success: 0) }
        log += (0..<100).map { CallOutcome.test("\($0)", revision: 1, at: .seconds($0), success: 1) }
        log.append(.test("open", success: nil))
        let replay = OutcomeReplay(log.reversed())
        #expect(replay.outcomes == 100)
        #expect(replay.unjudged == 1)
        #expect(replay.estimates.first?.figures?.success.value == 1)
    }

    @Test func theSameLogGivesTheSameAnswers() {
        let log = Self.log(500, seed: 3, by: UniformRandom())
        #expect(OutcomeReplay(log).json == OutcomeReplay(log).json)
    }
}
