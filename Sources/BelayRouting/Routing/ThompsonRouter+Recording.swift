import BelayCore

extension RoutingDecision {
    /// What the call was expected to cost, in dollars; zero when nothing was known.
    var expectedCost: Double { self.candidates.first { $0.path == self.path }?.cost ?? 0 }
}

extension ThompsonRouter {
    /// What became of an outcome.
    package enum Recorded: Sendable, Hashable {
        case added
        /// It judges or corrects an earlier one, whose weight it takes.
        case replaced
        /// A revision as late as this one, or later, was there before.
        case superseded
        /// It corrects an outcome that is too old to be found, or whose path is.
        case forgotten
    }

    /// Takes an outcome, its judgement or its correction.
    ///
    /// - Parameters:
    ///   - now: The time at this node; the outcome's own time says how old it is.
    ///   - isOwn: Whether this router chose for the call. What other nodes spent, or this one before it was started, is
    ///     evidence, and doesn't count against the ceiling on costs.
    /// - Returns: What became of it, and whether its path is suspended or restored by it.
    @discardableResult
    package mutating func record(
        _ outcome: CallOutcome, at now: Timestamp, isOwn: Bool = true
    ) -> (Recorded, change: PathHealth.Change?) {
        if let known = self.ledger[outcome.id] {
            guard outcome.revision > known.revision else { return (.superseded, nil) }
            return self.correct(known, with: outcome, isOwn: isOwn)
        }
        if outcome.revision > 0, let limit = self.ledger.forgottenThrough, outcome.time <= limit {
            return (.forgotten, nil)
        }
        if isOwn {
            let expected = outcome.decision?.expectedCost ?? 0
            self.pacer?.settle(difference: (outcome.cost?.dollars ?? expected) - expected)
        }
        let result = self.evidence.record(outcome, at: now, options: self.options)
        self.ledger.add(
            OutcomeLedger.Entry(
                revision: outcome.revision, task: outcome.task, context: outcome.context, evidence: outcome.evidence,
                serial: result.serial, origin: result.origin),
            id: outcome.id, time: outcome.time)
        return (.added, result.change)
    }

    private mutating func correct(
        _ known: OutcomeLedger.Entry, with outcome: CallOutcome, isOwn: Bool
    ) -> (Recorded, change: PathHealth.Change?) {
        let new = outcome.evidence
        if isOwn, let cost = new.cost {
            self.pacer?.settle(difference: cost - (known.evidence.cost ?? outcome.decision?.expectedCost ?? 0))
        }
        let result = self.evidence.correct(known, to: new, at: outcome.time, options: self.options)
        self.ledger.replace(id: outcome.id, evidence: new, revision: outcome.revision)
        return (result.isKnown ? .replaced : .forgotten, result.change)
    }
}
