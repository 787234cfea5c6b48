import BelayCore

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
    /// - Parameter now: The time at this node; the outcome's own time says how old it is.
    /// - Returns: What became of it, and whether its path is suspended or restored by it.
    @discardableResult
    package mutating func record(_ outcome: Outcome, at now: Timestamp) -> (Recorded, change: PathHealth.Change?) {
        if let known = self.ledger[outcome.id] {
            guard outcome.revision > known.revision else { return (.superseded, nil) }
            return self.correct(known, with: outcome)
        }
        if outcome.revision > 0, let limit = self.ledger.forgottenThrough, outcome.time <= limit {
            return (.forgotten, nil)
        }
        let expected = outcome.decision?.expectedCost ?? 0
        self.pacer?.settle(difference: (outcome.cost?.dollars ?? expected) - expected)
        let result = self.evidence.record(outcome, at: now, options: self.options)
        self.ledger.add(
            OutcomeLedger.Entry(
                revision: outcome.revision, task: outcome.task, context: outcome.context, evidence: outcome.evidence,
                serial: result.serial, origin: result.origin),
            id: outcome.id, time: outcome.time)
        return (.added, result.change)
    }

    private mutating func correct(
        _ known: OutcomeLedger.Entry, with outcome: Outcome
    ) -> (Recorded, change: PathHealth.Change?) {
        let new = outcome.evidence
        if let cost = new.cost {
            self.pacer?.settle(difference: cost - (known.evidence.cost ?? outcome.decision?.expectedCost ?? 0))
        }
        let result = self.evidence.correct(known, to: new, at: outcome.time, options: self.options)
        self.ledger.replace(id: outcome.id, evidence: new, revision: outcome.revision)
        return (result.isKnown ? .replaced : .forgotten, result.change)
    }
}
