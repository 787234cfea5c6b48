import BelayCore

/// What a call takes from budgets: from those of money and from those of tokens.
public struct Amount: Sendable, Hashable, Codable, AdditiveArithmetic {
    public var money: Money
    /// Input and output, those of the cache included.
    public var tokens: Int64

    public static let zero = Amount(money: .zero, tokens: 0)

    public init(money: Money, tokens: Int64) {
        self.money = money
        self.tokens = tokens
    }

    /// Without what is below zero.
    var nonnegative: Amount { Amount(money: max(self.money, .zero), tokens: max(self.tokens, 0)) }

    /// In the units of a budget.
    public func units(_ unit: BudgetUnit) -> Int64 { unit == .money ? self.money.nanoDollars : self.tokens }

    public static func + (left: Self, right: Self) -> Self {
        Amount(money: left.money + right.money, tokens: left.tokens.saturatingSum(right.tokens))
    }

    public static func - (left: Self, right: Self) -> Self {
        Amount(money: left.money - right.money, tokens: left.tokens.saturatingDifference(right.tokens))
    }
}
