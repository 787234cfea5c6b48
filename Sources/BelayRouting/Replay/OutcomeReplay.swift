import BelayCore
import BelayResilience

/// What other policies would have made of the calls of a log, as far as the log can tell.
package struct OutcomeReplay: Sendable {
    /// Outcomes that were judged and used.
    package let outcomes: Int
    /// Outcomes that nobody has judged yet.
    package let unjudged: Int
    /// Whether the log says how probable its choices were.
    package let hasPropensities: Bool
    /// The log's own first, then the fixed paths, chance, and the policies that learn.
    package private(set) var estimates: [ReplayEstimate] = []
    /// What limits the answers, a sentence each.
    package private(set) var notes: [String] = []

    /// Fewer matching outcomes than this say nothing.
    static let leastMatches = 30
    /// A log in which a policy's choices had less than this chance, compared with what they should have had, is about
    /// something else.
    static let leastSupport = 0.5

    /// - Parameters:
    ///   - outcomes: In any order; of each call the last revision counts.
    ///   - learning: Policies that learn; nil for the two that there are.
    ///   - seed: For the chance in policies and in thinning out.
    package init(
        _ outcomes: [CallOutcome], options: LearnedRoutingOptions = LearnedRoutingOptions(),
        learning: [any RoutingPolicy]? = nil, seed: UInt64 = 1
    ) {
        let utility = Utility(options)
        let (choices, unjudged, areLogged) = LoggedChoice.read(outcomes, utility: utility)
        self.outcomes = choices.count
        self.unjudged = unjudged
        self.hasPropensities = areLogged
        self.note(on: choices)
        guard choices.count >= 2 else { return }
        self.estimates.append(Self.logged(choices))
        let evaluator = DoublyRobust(choices, method: areLogged ? .doublyRobust : .matching)
        self.estimates += evaluator.fixedPaths.map { evaluator.evaluate(fixed: $0) }
        self.estimates.append(evaluator.evaluateUniform())
        for policy in learning ?? [EpsilonGreedy(utility: utility), ThompsonRouter(options: options)] {
            self.estimates.append(RejectionReplay(choices, seed: seed).evaluate(policy))
        }
        self.addRegret()
    }

    private mutating func note(on choices: [LoggedChoice]) {
        if choices.count < 2 {
            self.notes.append("The log has \(choices.count) judged outcomes; nothing can be compared.")
            return
        }
        if !self.hasPropensities {
            self.notes.append(
                "The log doesn't say how probable its choices were. The figures hold if the path of a call didn't depend on the request, within a task."
            )
        }
        if self.unjudged > 0 { self.notes.append("\(self.unjudged) outcomes aren't judged yet and are left out.") }
        let free = choices.count { $0.outcome.cost == nil }
        if free > 0 { self.notes.append("\(free) outcomes have no known cost, which counts as $0 here.") }
        if Set(choices.map(\.outcome.path)).count == 1 {
            self.notes.append("The log has one path only, so it says nothing about any other.")
        }
    }

    private static func logged(_ choices: [LoggedChoice]) -> ReplayEstimate {
        guard let reward = Estimated(meanOf: choices.map(\.reward)), let cost = Estimated(meanOf: choices.map(\.cost)),
            let success = Estimated(meanOf: choices.map(\.success))
        else { preconditionFailure("A log with fewer than two outcomes was to be left alone.") }
        return ReplayEstimate(
            policy: "as logged", method: .logged, used: choices.count,
            answer: .figures(ReplayEstimate.Figures(reward: reward, cost: cost, success: success)))
    }

    /// Compares with the fixed path that looks best. Where the same calls speak for both, their common luck makes the real
    /// error smaller than the one given here.
    private mutating func addRegret() {
        let fixed = self.estimates.filter { $0.policy.hasPrefix("fixed ") }.compactMap(\.figures?.reward)
        guard let best = fixed.max(by: { $0.value < $1.value }) else { return }
        for index in self.estimates.indices {
            guard case .figures(var figures) = self.estimates[index].answer else { continue }
            let error = (best.error * best.error + figures.reward.error * figures.reward.error).squareRoot()
            figures.regret = Estimated(
                value: best.value - figures.reward.value, error: best == figures.reward ? 0 : error)
            self.estimates[index].answer = .figures(figures)
        }
    }
}
