import BelayCore

/// A line of the ledger: what an attempt changes of what is settled, or what the cache spared. Lines are added and never changed.
public struct LedgerRow: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// What an attempt cost.
        case settle
        /// What an attempt may have cost whose process died, or what was leased to a process that left nothing behind.
        case lost
        /// The difference to what an earlier line says.
        case correct
        /// Answers that Belay's own cache gave. They cost nothing and count in no account; ``Spending/saved`` says what they
        /// spared.
        case cached
    }

    public var kind: Kind
    /// The number of the attempt among those of its node; 0 for lines that belong to none.
    public var serial: Int64
    public var time: Timestamp
    /// The numbers of the accounts that it counts in.
    public var accounts: [Int64]
    /// What it adds to what they have settled; negative in corrections only.
    public var amount: Amount
    public var spender: Spender
    public var purpose: Purpose
    public var spending: Spending
    /// Since when its node has had its lease: an attempt from before the present one was reckoned up by others.
    public var term: Int64
    /// How many answers it stands for; more than 1 only of those from the cache.
    public var calls: Int

    public init(
        kind: Kind, serial: Int64, time: Timestamp, accounts: [Int64], amount: Amount, spender: Spender,
        purpose: Purpose, spending: Spending, term: Int64, calls: Int = 1
    ) {
        self.kind = kind
        self.serial = serial
        self.time = time
        self.accounts = accounts
        self.amount = amount
        self.spender = spender
        self.purpose = purpose
        self.spending = spending
        self.term = term
        self.calls = calls
    }
}

/// What a node writes at once.
public struct LedgerBatch: Sendable, Hashable {
    /// Larger than those of all batches before it in its term, from 1. One that was written is not written again.
    public var number: Int64
    /// At most 1,000.
    public var rows: [LedgerRow]
    /// What is given back, by account.
    public var returns: [Int64: Int64]
    /// Accounts whose standing is asked for.
    public var watched: [Int64]

    public init(number: Int64, rows: [LedgerRow] = [], returns: [Int64: Int64] = [:], watched: [Int64] = []) {
        self.number = number
        self.rows = rows
        self.returns = returns
        self.watched = watched
    }
}

/// What came of it.
public struct LedgerPosted: Sendable, Hashable {
    /// Accounts that have crossed their alert's share for the first time.
    public var alerts: [AccountStanding]
    /// Of the accounts that were asked for.
    public var watched: [WatchedAccount]

    public init(alerts: [AccountStanding] = [], watched: [WatchedAccount] = []) {
        self.alerts = alerts
        self.watched = watched
    }
}

/// An account that a node holds a chunk of.
public struct WatchedAccount: Sendable, Hashable {
    public var standing: AccountStanding
    /// What the node has leased of it.
    public var chunk: Int64
    /// Another node needed more than was left: what isn't in use is to be given back.
    public var isWanted: Bool

    public init(standing: AccountStanding, chunk: Int64, isWanted: Bool) {
        self.standing = standing
        self.chunk = chunk
        self.isWanted = isWanted
    }
}
