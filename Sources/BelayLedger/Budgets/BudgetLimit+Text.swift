import BelayCore

/// Why a text is no limit.
public struct BudgetLimitProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// A part of a sentence that says what is wrong and what to write: `has no unit: write $5 or 5 tokens`.
    public let description: String

    package init(_ description: String) { self.description = description }
}

extension BudgetLimit {
    /// The largest amount that can be reckoned with, in dollars.
    private static let mostDollars: Int64 = 9_223_372_036
    private static let mostTokens: Int64 = 1_000_000_000_000_000

    /// Reads `$0.50`, `0.50 USD` or `200000 tokens`: an amount with its unit, 0 or more.
    ///
    /// - Throws: `BudgetLimitProblem` for anything else; nothing is guessed.
    public init(_ text: String) throws(BudgetLimitProblem) {
        if text.contains(where: { $0 == "," || $0 == "_" }) {
            throw Self.problem(text, "has a separator: write digits alone, such as $1000.00 or 200000 tokens")
        }
        let words = text.split(separator: " ")
        let digits = Self.digits(of: words.first.map(String.init) ?? "")
        switch (words.count, words.last) {
        case (1, let word?) where word.first == "$": self = .money(try Self.dollars(digits, in: text))
        case (2, "USD"), (2, "usd"), (2, "dollars"): self = .money(try Self.dollars(digits, in: text))
        case (2, "tokens"), (2, "token"): self = .tokens(try Self.tokens(digits, in: text))
        case (1, let word?) where Self.isNumber(String(word)):
            throw Self.problem(text, "has no unit: write $\(word) for dollars or \(word) tokens")
        case (2, let unit?) where Self.isNumber(digits):
            throw Self.problem(
                text, "has the unknown unit \(unit.prefix(20)): amounts are dollars ($5.00) or tokens (200000 tokens)")
        default:
            throw Self.problem(text, "is no amount: write dollars such as $5.00 or tokens such as 200000 tokens")
        }
    }

    /// As it is read: `$0.50`, `1200 tokens`.
    public var text: String { self.unit.text(self.units) }

    private static func digits(of word: String) -> String { word.first == "$" ? String(word.dropFirst()) : word }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
    }

    private static func dollars(_ digits: String, in text: String) throws(BudgetLimitProblem) -> Money {
        if let money = Money(dollars: digits), digits.first != "$" { return money }
        guard Self.isNumber(digits) else {
            throw Self.problem(text, "is no amount: write dollars such as $5.00 or tokens such as 200000 tokens")
        }
        if digits.first == "-" { throw Self.problem(text, "is negative: a limit is 0 or more") }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].count > 9 {
            throw Self.problem(text, "has more than nine decimals: nano-dollars are the smallest amount")
        }
        throw Self.problem(text, "is too large: at most $\(Self.mostDollars)")
    }

    private static func tokens(_ digits: String, in text: String) throws(BudgetLimitProblem) -> Int64 {
        if let tokens = Int64(digits), (0...Self.mostTokens).contains(tokens) { return tokens }
        if digits.first == "-" { throw Self.problem(text, "is negative: a limit is 0 or more") }
        throw Self.problem(text, "is no whole number of tokens up to \(Self.mostTokens)")
    }

    private static func problem(_ text: String, _ words: String) -> BudgetLimitProblem {
        BudgetLimitProblem("'\(text.prefix(60))' \(words)")
    }
}
