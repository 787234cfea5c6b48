import BelayCore

/// What is counted apart: one subject of one budget in one period.
public struct AccountKey: Sendable, Hashable, Codable {
    public var budget: String
    /// Empty for a budget over all tenants.
    public var tenant: String
    /// Empty for a budget of everybody.
    public var subject: String
    public var period: Timestamp
    /// A budget that counts something else under the same name begins at nothing.
    public var unit: BudgetUnit

    public init(budget: String, tenant: String, subject: String, period: Timestamp, unit: BudgetUnit) {
        self.budget = budget
        self.tenant = tenant
        self.subject = subject
        self.period = period
        self.unit = unit
    }
}
