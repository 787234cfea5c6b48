import BelayCore
import BelayResilience

/// Chooses paths by what became of earlier calls: Thompson sampling (Thompson, Biometrika 25 (1933)) over the utility of
/// a call, with forgetting, a ceiling on costs, a bound on exploration, and a quick way off paths that fail.
///
/// The utility of a path is `value × success - (1 + pressure) × cost - penalty × latency`, in dollars. Success is drawn
/// from what is believed of it, cost and latency are their discounted means. A path that is certainly worse is hardly ever
/// drawn first, one that nobody has tried lately is drawn often enough.
///
/// A value: it owns no clock, no lock and no generator. One call to ``choose(_:at:using:)`` takes about a microsecond.
package struct ThompsonRouter: Sendable {
    package let options: LearnedRoutingOptions
    /// What was learned; see ``merge(_:)``.
    package internal(set) var evidence = RoutingEvidence()
    package internal(set) var pacer: CostPacer?
    var ledger: OutcomeLedger
    /// By task, of this node alone. At most twice as many as there are tasks.
    var allowances: [String: ExplorationAllowance] = [:]

    /// - Parameters:
    ///   - options: Must have no ``LearnedRoutingOptions/problems``.
    ///   - evidence: What was learned before, on this node or on others.
    package init(options: LearnedRoutingOptions = LearnedRoutingOptions(), evidence: RoutingEvidence? = nil) {
        let problems = options.problems
        precondition(problems.isEmpty, "Options of a learned route: \(problems.joined(separator: " "))")
        self.options = options
        self.ledger = OutcomeLedger(bound: options.maxCorrectable)
        self.pacer = options.costCeiling.map { CostPacer(ceiling: $0.dollars, window: options.ceilingWindow) }
        if let evidence { self.evidence.merge(evidence, options: options) }
    }

    /// Adds what other nodes have learned since they sent the last time.
    package mutating func merge(_ evidence: RoutingEvidence) {
        self.evidence.merge(evidence, options: self.options)
    }

    /// What is believed of a path's success now; the prior when nothing is known.
    package func belief(of path: ModelPath, task: String, at now: Timestamp) -> BetaDistribution {
        let prior = self.options.prior(for: path)
        guard let known = self.evidence[task], let index = known.index(of: path) else {
            return DiscountedRate().posterior(priorMean: prior.success, strength: prior.strength)
        }
        return known.paths[index].belief(atTaskAge: known.age(at: now, options: self.options), prior: prior)
    }

    package func isSuspended(_ path: ModelPath, task: String) -> Bool {
        guard let known = self.evidence[task], let index = known.index(of: path) else { return false }
        return known.paths[index].health.isSuspended
    }
}
