import BelayCore
import BelayRouting

/// What is known of a call before it is made, and what becomes of it: one outcome for each path that it was sent to.
struct CallRecord: Sendable {
    /// What a path had to do with a call.
    private struct Share {
        let path: ModelPath
        var latency = Duration.zero
        /// Nil when a part of it is unknown.
        var cost: Money? = .zero
        var usage = Usage.zero
        var error: ModelFailure.Kind?

        mutating func add(_ attempt: ModelAttempt) {
            self.latency += attempt.duration
            self.error = attempt.failure.kind
            self.usage += attempt.failure.usage ?? .zero
            guard let cost = attempt.cost else { return }
            self.cost = self.cost.flatMap { sum in cost.amount.map { sum + $0 } }
        }
    }

    let id: String
    let task: String
    let context: OutcomeContext
    let decision: RoutingDecision?
    let tenant: String

    /// The outcomes of a call. The path that ended it has the call's own name; the others have a number behind it.
    ///
    /// - Parameters:
    ///   - result: Nil when there was no answer. An answer out of the cache is none of a path's.
    ///   - failed: Attempts that failed. Those on the path that answered in the end are part of its outcome.
    func outcomes(_ result: ModelCallResult?, failed: [ModelAttempt], at now: Timestamp) -> [CallOutcome] {
        var shares: [Share] = []
        for attempt in failed where attempt.wasSent {
            let index = shares.firstIndex { $0.path == attempt.path } ?? shares.count
            if index == shares.count { shares.append(Share(path: attempt.path)) }
            shares[index].add(attempt)
        }
        if let result, !result.isDegraded { self.add(result, to: &shares) }
        return shares.enumerated().map { index, share in
            let isLast = index == shares.count - 1
            return CallOutcome(
                id: isLast ? self.id : "\(self.id).\(index + 1)", task: self.task, path: share.path, time: now,
                success: nil, latency: share.latency, cost: share.cost, usage: share.usage, error: share.error,
                context: self.context, decision: self.decision?.path == share.path ? self.decision : nil,
                tenant: self.tenant)
        }
    }

    /// Puts the path that answered last. Its time is what the others left of the call's.
    private func add(_ result: ModelCallResult, to shares: inout [Share]) {
        var share = Share(path: result.path)
        if let index = shares.firstIndex(where: { $0.path == result.path }) { share = shares.remove(at: index) }
        share.latency = max(.zero, shares.reduce(result.duration) { $0 - $1.latency })
        share.cost = share.cost.flatMap { sum in result.cost.amount.map { sum + $0 } }
        share.usage += result.answer.usage
        share.error = nil
        shares.append(share)
    }
}
