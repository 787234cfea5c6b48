/// Where an account stands, as its store knows it. Amounts are in the budget's unit.
public struct AccountStanding: Sendable, Hashable {
    /// The store's number for it.
    public var number: Int64
    public var key: AccountKey
    /// The limit in force: the configured one, or an override's.
    public var limit: Int64
    public var settled: Int64
    /// Leased to nodes: what their calls under way may cost, and what lies ready for the next ones.
    public var reserved: Int64

    public init(number: Int64, key: AccountKey, limit: Int64, settled: Int64, reserved: Int64) {
        self.number = number
        self.key = key
        self.limit = limit
        self.settled = settled
        self.reserved = reserved
    }

    public var unit: BudgetUnit { self.key.unit }

    /// What may still be leased; never negative.
    public var headroom: Int64 {
        let (free, overflow) = self.limit.subtractingReportingOverflow(self.settled.saturatingSum(self.reserved))
        return overflow ? 0 : max(0, free)
    }
}
