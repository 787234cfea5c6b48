import BelayCore

extension LedgerRow {
    /// What was leased to a process that left nothing behind: it may be spent, so it counts as spent.
    package static func ofChunk(
        _ units: Int64, _ standing: AccountStanding, at time: Timestamp, term: Int64
    ) -> LedgerRow {
        let amount = BudgetLimit(standing.unit, units: units).amount
        return LedgerRow(
            kind: .lost, serial: 0, time: time, accounts: [standing.number], amount: amount,
            spender: Spender(tenant: standing.key.tenant),
            purpose: Purpose(path: "", cause: .first), spending: Spending(end: .lost, cost: .estimated(amount.money)),
            term: term)
    }

    /// Whether others may have reckoned its attempt up before it comes.
    package func isLate(in term: Int64) -> Bool { self.term != term && self.kind != .cached }

    /// What this line adds, which comes after its term; nil for nothing.
    ///
    /// - Parameters:
    ///   - lines: Those of the same attempt.
    ///   - chunks: Those that stand for all that its node had leased in the term.
    package func late(among lines: some Sequence<LedgerRow>, chunks: some Sequence<LedgerRow>) -> LedgerRow? {
        let kinds = Dictionary(lines.map { ($0.kind, $0) }) { first, _ in first }
        if let lost = kinds[.lost] { return kinds[.correct] == nil ? self.correcting(lost) : nil }
        guard kinds.isEmpty else { return nil }
        let counted = Set(chunks.flatMap(\.accounts))
        var row = self
        row.accounts.removeAll { counted.contains($0) }
        return row
    }

    private func correcting(_ lost: LedgerRow) -> LedgerRow {
        var row = self
        row.kind = .correct
        row.accounts = lost.accounts
        row.amount = self.amount - lost.amount
        return row
    }
}

extension AccountStanding {
    /// How long an account that was short is noted as wanted.
    private static let wantedFor = Duration.seconds(5)

    /// - Parameter time: When a node needed more than was left; nil for never.
    package func isWanted(_ time: Timestamp?, at now: Timestamp) -> Bool {
        time.map { $0.duration(to: now) < Self.wantedFor } ?? false
    }

    /// Whether so much of the limit is settled. Of a limit of zero every amount is more than enough.
    package func hasReached(percent: Int) -> Bool {
        let (share, overflow) = self.limit.multipliedReportingOverflow(by: Int64(percent))
        return !overflow && self.settled > 0 && self.settled.saturatingProduct(100) >= share
    }
}

extension [BudgetOverride] {
    /// The limit that they set for an account; nil when none of them holds. In the order in which they were set.
    package func limit(of key: AccountKey, at now: Timestamp) -> Int64? {
        self.latest(for: key, subject: key.subject, at: now) ?? self.latest(for: key, subject: nil, at: now)
    }

    private func latest(for key: AccountKey, subject: String?, at now: Timestamp) -> Int64? {
        let last = self.last {
            $0.budget == key.budget && $0.tenant == key.tenant && $0.unit == key.unit && $0.subject == subject
                && ($0.expires.map { now < $0 } ?? true)
        }
        return last?.units
    }
}

extension AccountFilter {
    package func matches(_ key: AccountKey) -> Bool {
        (self.budget == nil || self.budget == key.budget) && (self.tenant == nil || self.tenant == key.tenant)
            && (self.subject == nil || self.subject == key.subject) && (self.since.map { $0 <= key.period } ?? true)
    }
}
