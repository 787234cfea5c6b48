/// The right to make one attempt, until it is settled. Each is settled once.
public struct Reservation: Sendable {
    /// What never changes, in one piece: a reservation is handed on and kept more often than it is read.
    private final class Terms: Sendable {
        let amount: Amount
        let spender: Spender
        let purpose: Purpose
        let accounts: [Int]

        init(_ amount: Amount, _ spender: Spender, _ purpose: Purpose, _ accounts: [Int]) {
            self.amount = amount
            self.spender = spender
            self.purpose = purpose
            self.accounts = accounts
        }
    }

    /// The number of the attempt among those of its node.
    public let serial: Int64
    /// The lease that it drew from; 0 before there was one.
    var term: Int64
    private let terms: Terms

    init(serial: Int64, amount: Amount, spender: Spender, purpose: Purpose, accounts: [Int], term: Int64) {
        self.serial = serial
        self.term = term
        self.terms = Terms(amount, spender, purpose, accounts)
    }

    /// The most that it may cost.
    public var amount: Amount { self.terms.amount }
    public var spender: Spender { self.terms.spender }
    public var purpose: Purpose { self.terms.purpose }
    var accounts: [Int] { self.terms.accounts }
}

/// Where an attempt goes, and why it is made.
public struct Purpose: Sendable, Hashable {
    /// PROVIDER/MODEL, or the name of the tool.
    public var path: String
    public var cause: Spending.Cause

    public init(path: String, cause: Spending.Cause) {
        self.path = path
        self.cause = cause
    }
}
