import BelayCore

/// What a line counts for in a report. `LedgerCosts` in BelaySQLite says the same in SQL.
extension LedgerRow {
    private static let dayLength: Int64 = 86_400_000

    /// Whether it is of an attempt, and the first line of it. What a dead node had leased without a word is of none, and a
    /// correction is of one that has a line.
    private var isAttempt: Bool { (self.kind == .settle || self.kind == .lost) && self.serial > 0 }

    package var costSums: CostSums {
        let cause = self.purpose.cause
        var sums = CostSums(cause: self.kind == .cached ? nil : cause)
        sums.attempts = self.isAttempt ? 1 : 0
        let isRequest = self.isAttempt && (cause == .first || cause == .embedding)
        sums.requests = self.kind == .cached ? self.calls : isRequest ? 1 : 0
        sums.usage = self.spending.usage
        (sums.usage.reportedCost, sums.usage.anomalies) = (nil, [])
        sums.cost = self.amount.money
        sums.estimated = self.estimatedPart
        if self.spending.cost.amount == nil, self.kind != .correct { sums.unpriced = self.amount.money }
        sums.saved = self.spending.saved
        return sums
    }

    /// A correction that knows the cost takes back what the lost line had estimated.
    private var estimatedPart: Money {
        guard case .known(let cost) = self.spending.cost else { return self.amount.money }
        return self.kind == .correct ? self.amount.money - cost : .zero
    }

    package var costPresence: CostTally.Presence? {
        let alone = self.kind == .cached ? self.calls : self.isAttempt && self.purpose.cause == .first ? 1 : 0
        let presence = CostTally.Presence(
            tenant: self.spender.tenant, user: self.spender.user, day: self.time.milliseconds / Self.dayLength,
            session: self.spender.session, execution: self.spender.execution, alone: alone)
        return presence.session == nil && presence.execution == nil && presence.alone == 0 ? nil : presence
    }

    package func value(of dimension: CostDimension) -> String? {
        switch dimension {
        case .agent: self.spender.agent
        case .version: self.spender.version
        case .task: self.spender.task
        case .model: self.purpose.path.isEmpty ? nil : self.purpose.path
        case .customer: self.spender.customer
        case .user: self.spender.user
        case .tenant: self.spender.tenant
        case .day: CivilDay(self.time.milliseconds / Self.dayLength).description
        case .cause: self.kind == .cached ? CostDimension.cachedAnswers : self.purpose.cause.rawValue
        }
    }

    func matches(_ query: CostQuery) -> Bool {
        (query.since.map { $0 <= self.time } ?? true) && (query.until.map { self.time < $0 } ?? true)
            && query.conditions.allSatisfy { self.value(of: $0.dimension) == $0.value }
    }
}

extension CostDimension {
    /// What answers from Belay's own cache have in place of a cause.
    package static let cachedAnswers = "cache"
}

extension [NumberedRow] {
    /// The report on these lines: what every store has to say of them.
    package func costs(_ query: CostQuery) throws(TooManyCostGroups) -> CostReport {
        var tally = CostTally(query)
        for row in self.lazy.map(\.row) where row.matches(query) {
            let values = query.dimensions.map { row.value(of: $0) }
            try tally.add(row.costSums, to: values, from: row.time, to: row.time)
            if let presence = row.costPresence { try tally.add(presence, to: values) }
        }
        return tally.finished
    }
}
