import BelayCore
import BelayResilience

/// Evaluates a policy that learns: it goes through the log, and only calls in which it chooses what the log did count and
/// teach. Calls that the log was likely to choose are thinned out, so that those that remain are what the policy would
/// have met by itself.
struct RejectionReplay {
    private let choices: [LoggedChoice]
    private let seed: UInt64
    /// The propensity from which on calls are thinned out.
    private let threshold: Double

    /// Below this propensity every match is kept, which is a little unfair and keeps more than nothing.
    private static let smallestThreshold = 0.05

    init(_ choices: [LoggedChoice], seed: UInt64) {
        self.choices = choices
        self.seed = seed
        let sorted = choices.map(\.propensity).sorted()
        self.threshold = max(Self.smallestThreshold, sorted.isEmpty ? 1 : sorted[sorted.count / 20])
    }

    func evaluate(_ policy: any RoutingPolicy) -> ReplayEstimate {
        var policy = policy
        var random = SeededGenerator(seed: self.seed)
        var accepted: [LoggedChoice] = []
        var support = 0.0
        for choice in self.choices {
            guard let decision = policy.choose(choice.request, at: choice.outcome.time, using: &random),
                decision.path == choice.outcome.path
            else { continue }
            support += 1 / choice.propensity
            guard random.nextUnit() * choice.propensity < self.threshold else { continue }
            accepted.append(choice)
            policy.learn(from: choice.outcome, at: choice.outcome.time)
        }
        return ReplayEstimate(
            policy: policy.name, method: .rejection, used: accepted.count,
            answer: self.answer(accepted, support: support / Double(max(1, self.choices.count))))
    }

    private func answer(_ accepted: [LoggedChoice], support: Double) -> ReplayEstimate.Answer {
        guard accepted.count >= OutcomeReplay.leastMatches, let reward = Estimated(meanOf: accepted.map(\.reward)),
            let cost = Estimated(meanOf: accepted.map(\.cost)), let success = Estimated(meanOf: accepted.map(\.success))
        else {
            return .unknown("\(accepted.count) outcomes could be used; \(OutcomeReplay.leastMatches) are needed")
        }
        guard support >= OutcomeReplay.leastSupport else {
            let percent = Int((support * 100).rounded())
            return .unknown("what it takes had a chance in only \(percent) % of the log's calls")
        }
        return .figures(ReplayEstimate.Figures(reward: reward, cost: cost, success: success))
    }
}
