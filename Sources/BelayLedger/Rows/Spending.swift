import BelayCore

/// What came of one attempt, or of one use of a tool: what its row in the ledger says.
public struct Spending: Sendable, Hashable {
    /// Why the attempt was made.
    public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
        /// The first of its call.
        case first
        /// The same path once more.
        case retry
        /// Another path, since the one before it failed.
        case fallback
        /// A second one beside a slow one.
        case hedge
        /// The answer before it wasn't the value that was asked for.
        case reask
        /// A model that judges the answer of another one.
        case judge
        /// A conversation made shorter.
        case compaction
        case embedding
        case tool
    }

    /// How it ended.
    public enum End: String, Sendable, Hashable, Codable, CaseIterable {
        case answered, failed, cancelled
        /// Another attempt at the same answer was faster.
        case outrun
        /// Nobody knows: the process that made it died. It counts for all that it may have cost.
        case lost
    }

    public var end: End
    public var usage: Usage
    public var cost: Cost
    /// Which price list the cost was reckoned by; nil where the provider told the cost, or there is no price.
    public var priceVersion: String?
    /// How much more the input would have cost without the provider's cache, by the price of the path; negative when writing
    /// to it cost more than reading from it spared. Of answers from Belay's own cache what they cost when they were made.
    public var saved: Money

    public init(
        end: End, usage: Usage = .zero, cost: Cost, priceVersion: String? = nil, saved: Money = .zero
    ) {
        self.end = end
        self.usage = usage
        self.cost = cost
        self.priceVersion = priceVersion
        self.saved = saved
    }
}
