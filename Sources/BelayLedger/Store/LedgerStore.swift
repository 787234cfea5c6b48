import BelayCore

/// Where the ledger is kept: accounts, what nodes have leased of them, and the lines.
///
/// Every function is one transaction, all or nothing. They throw `StoreError`: after `busy` and `notWritable` nothing was
/// written; after `unavailable` nobody knows, and the call may be repeated: a batch is known by its number, and what was
/// leased without the node's knowledge is seen in the accounts that it watches. They throw ``LedgerLapse`` when the node has no lease.
public protocol LedgerStore: Sendable {
    /// Gives a node a lease under which it may hold chunks. What it held before is reckoned up first.
    ///
    /// - Returns: Its term, larger than those of all leases before. From 1.
    func join(_ node: NodeID, for lease: Duration) async throws -> Int64

    /// Opens accounts that there are none of yet, leases chunks of them (``ChunkPolicy``), and renews the node's lease. Of
    /// soft accounts nothing is leased. An account of which less is left than is needed is noted as wanted.
    ///
    /// - Returns: A grant for each, in the order of the asks.
    func lease(
        _ asks: [ChunkAsk], to node: NodeID, term: Int64, for lease: Duration
    ) async throws -> [ChunkGrant]

    /// Writes lines and takes chunks back, as far as the node has any, and renews the node's lease. A line whose term is
    /// over, and which somebody else wrote as lost meanwhile, becomes the correction of that one. One that nobody knew of
    /// is written as it is, but for the accounts whose chunks were counted as spent in its place. Lines
    /// of answers from the cache are of no attempt, so they are written as they are.
    func post(
        _ batch: LedgerBatch, by node: NodeID, term: Int64, for lease: Duration
    ) async throws -> LedgerPosted

    /// Gives everything back that a node has not used, and ends its lease.
    func leave(_ node: NodeID, term: Int64) async throws

    /// The nodes whose lease is over, with their terms; at most 100.
    func lapsedNodes() async throws -> [LapsedNode]

    /// Reckons up a node whose lease is over.
    ///
    /// - Parameter lost: The attempts that it had under way, as far as it has written no line for them; nil when nobody can
    ///   tell: then all that it held counts as spent, since it may be.
    /// - Returns: The lines that were written; nil when it wasn't there to be reckoned up.
    func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?) async throws -> [LedgerRow]?

    /// Accounts by name, from the newest period to the oldest.
    func standings(_ filter: AccountFilter, limit: Int) async throws -> [AccountStanding]

    func add(_ override: BudgetOverride) async throws
    /// The latest first.
    func overrides(tenant: String?, limit: Int) async throws -> [BudgetOverride]

    /// Adds everything up again.
    func verify() async throws -> LedgerVerdict

    /// Lines from new to old.
    ///
    /// - Parameter limit: 1 to 10,000.
    func rows(before number: Int64?, limit: Int) async throws -> [NumberedRow]

    /// Adds lines up, in as much memory as the report takes.
    ///
    /// - Throws: ``TooManyCostGroups`` beside `StoreError`.
    func costs(_ query: CostQuery) async throws -> CostReport
}

/// A node whose lease is over: others have reckoned it up, or may do so.
public struct LedgerLapse: Error, Sendable, Hashable {
    public init() {}
}

public struct LapsedNode: Sendable, Hashable {
    public var node: NodeID
    public var term: Int64

    public init(node: NodeID, term: Int64) {
        self.node = node
        self.term = term
    }
}

public struct NumberedRow: Sendable, Hashable {
    public var number: Int64
    public var node: NodeID
    public var row: LedgerRow

    public init(number: Int64, node: NodeID, row: LedgerRow) {
        self.number = number
        self.node = node
        self.row = row
    }
}

/// Which accounts are meant; nil for all.
public struct AccountFilter: Sendable, Hashable {
    public var budget: String?
    public var tenant: String?
    public var subject: String?
    /// Only those whose period begins then or later.
    public var since: Timestamp?

    public init(
        budget: String? = nil, tenant: String? = nil, subject: String? = nil, since: Timestamp? = nil
    ) {
        self.budget = budget
        self.tenant = tenant
        self.subject = subject
        self.since = since
    }
}

/// What adding everything up again has shown.
public struct LedgerVerdict: Sendable, Hashable {
    public var accounts: Int
    public var rows: Int
    /// Leased to nodes that have their lease.
    public var reserved: Amount
    /// Sentences for people: an account whose sums differ from its lines, at most 100.
    public var faults: [String]

    public var isSound: Bool { self.faults.isEmpty }

    public init(accounts: Int, rows: Int, reserved: Amount, faults: [String]) {
        self.accounts = accounts
        self.rows = rows
        self.reserved = reserved
        self.faults = faults
    }
}
