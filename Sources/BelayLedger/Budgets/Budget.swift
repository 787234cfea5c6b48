import BelayCore

/// How much somebody may spend within a period.
public struct Budget: Sendable, Hashable {
    /// How far a limit binds.
    public enum Enforcement: String, Sendable, Hashable, Codable, CaseIterable {
        /// Calls beyond the limit are refused.
        case hard
        /// The limit is told of, and nothing else.
        case soft
    }

    /// 1 to 64 bytes: letters, digits, `-` and `_`. What is spent is kept under this name: another name begins at zero.
    public var name: String
    public var scope: BudgetScope
    public var period: BudgetPeriod
    public var limit: BudgetLimit
    public var enforcement: Enforcement
    /// From which share of the limit on an alert is due, once for each account and period. 1 to 100 %; default 80.
    public var alertPercent: Int

    public init(
        _ name: String, per scope: BudgetScope, period: BudgetPeriod = .day, limit: BudgetLimit,
        enforcement: Enforcement = .hard, alertPercent: Int = 80
    ) {
        self.name = name
        self.scope = scope
        self.period = period
        self.limit = limit
        self.enforcement = enforcement
        self.alertPercent = alertPercent
    }

    /// $5.00 a customer a day: in force where nobody says otherwise.
    public static let customerDay = Budget(
        "customer-day", per: .customer, limit: .money(Money(nanoDollars: 5_000_000_000)))
}

/// A limit and what it counts.
public enum BudgetLimit: Sendable, Hashable {
    case money(Money)
    /// Tokens of input and output together, those of the cache included.
    case tokens(Int64)

    public init(_ unit: BudgetUnit, units: Int64) {
        self = unit == .money ? .money(Money(nanoDollars: units)) : .tokens(units)
    }

    public var unit: BudgetUnit {
        switch self {
        case .money: .money
        case .tokens: .tokens
        }
    }

    /// Nano-dollars or tokens.
    public var units: Int64 {
        switch self {
        case .money(let money): money.nanoDollars
        case .tokens(let tokens): tokens
        }
    }
}

/// What a budget counts. Its amounts are whole numbers of nano-dollars or of tokens.
public enum BudgetUnit: String, Sendable, Hashable, Codable, CaseIterable {
    case money, tokens

    /// An amount for people: `$0.50`, `1200 tokens`.
    public func text(_ units: Int64) -> String {
        switch self {
        case .money: Money(nanoDollars: units).description
        case .tokens: "\(units) tokens"
        }
    }
}
