import BelayCore

/// Something about spending that a person has to know.
public struct Alert: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// A budget is used up to its share of ``Budget/alertPercent``.
        case budget(AccountStanding)
        /// A hard budget refused a call: what is spent and what the call may cost are more than its limit.
        case refusal(BudgetState)
        /// One call, with all its attempts, cost more than ``AlertPolicy/callCost``.
        case call(cost: Money, limit: Money)
        /// More was spent in this hour than it is usual at this hour of the day: see ``SpendRate``. `days` is how many
        /// earlier days had any spending at this hour.
        case rate(spent: Money, usual: Money, limit: Money, days: Int)
        /// A model has no price: its calls count at the ceiling.
        case unknownPrice
    }

    public var kind: Kind
    /// Nil for all tenants together.
    public var tenant: String?
    /// Whom or what it is about: the budget's subject, PROVIDER/MODEL; empty for everything.
    public var subject: String
    /// When the period began in which it is told once: that of the budget, the hour of a call or a rate, the day of a price.
    public var period: Timestamp
    /// When it happened first.
    public var time: Timestamp
    /// Who made the call that was first; nil where it is about no call.
    public var spender: Spender?
    /// How often it has happened in the period, as far as this process knows.
    public var times = 1

    public init(
        _ kind: Kind, tenant: String?, subject: String, period: Timestamp, time: Timestamp, spender: Spender? = nil
    ) {
        self.kind = kind
        self.tenant = tenant
        self.subject = subject
        self.period = period
        self.time = time
        self.spender = spender
    }

    /// `budget`, `refusal`, `call`, `rate` or `unknown_price`.
    public var name: String {
        switch self.kind {
        case .budget: "budget"
        case .refusal: "refusal"
        case .call: "call"
        case .rate: "rate"
        case .unknownPrice: "unknown_price"
        }
    }
}

/// Which alerts there are, and from which amount on.
public struct AlertPolicy: Sendable, Hashable {
    /// Whether budgets tell that they are nearly used up, and that they refuse calls. Default true.
    public var budgets: Bool
    /// What a single call may cost without anybody being told; zero tells of none. Default $0.10.
    public var callCost: Money
    /// Nil tells of no unusual spending.
    public var rate: SpendRate?
    /// Whether models without a price are told of, once a day. Default true.
    public var unknownPrice: Bool

    public init(
        budgets: Bool = true, callCost: Money = Money(nanoDollars: 100_000_000), rate: SpendRate? = SpendRate(),
        unknownPrice: Bool = true
    ) {
        self.budgets = budgets
        self.callCost = callCost
        self.rate = rate
        self.unknownPrice = unknownPrice
    }
}
