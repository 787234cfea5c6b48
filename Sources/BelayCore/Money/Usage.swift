/// Tokens of one or more model calls, in buckets that do not overlap: their sum is everything that was read and written.
///
/// Providers report overlapping figures (OpenAI's prompt tokens include cached ones, its completion tokens include
/// reasoning; Anthropic's input tokens exclude cache reads); each provider's mapping takes them apart. A sum beyond the
/// largest integer is the largest integer.
public struct Usage: Sendable, Hashable, Codable, AdditiveArithmetic {
    /// Input tokens that were read at full price.
    public var freshInput: Int
    /// Input tokens served from the provider's prompt cache.
    public var cacheRead: Int
    /// Input tokens that were written to the provider's prompt cache.
    public var cacheWrite: Int
    /// How many of ``cacheWrite`` are to be kept for an hour, which costs more. The one figure that is part of another one;
    /// it serves to reckon what a call costs, and journals don't keep it.
    public var longCacheWrite: Int
    /// Output tokens other than reasoning.
    public var output: Int
    /// Output tokens spent on reasoning.
    public var reasoning: Int
    /// What the provider itself says that the tokens cost; nil where it doesn't, which most don't. Of a sum: of the calls
    /// that said it.
    public var reportedCost: Money?
    /// What was wrong with the figures. Of no account to whether two usages are equal, and journals don't keep it.
    public var anomalies: Set<UsageAnomaly> = []

    public static let zero = Usage()

    public init(
        freshInput: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0, output: Int = 0, reasoning: Int = 0,
        longCacheWrite: Int = 0, reportedCost: Money? = nil
    ) {
        self.freshInput = freshInput
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.longCacheWrite = longCacheWrite
        self.output = output
        self.reasoning = reasoning
        self.reportedCost = reportedCost
    }

    public var totalInput: Int {
        self.freshInput.saturatingSum(self.cacheRead).saturatingSum(self.cacheWrite)
    }
    public var totalOutput: Int { self.output.saturatingSum(self.reasoning) }
    public var total: Int { self.totalInput.saturatingSum(self.totalOutput) }

    public static func == (left: Usage, right: Usage) -> Bool {
        left.freshInput == right.freshInput && left.cacheRead == right.cacheRead && left.cacheWrite == right.cacheWrite
            && left.longCacheWrite == right.longCacheWrite && left.output == right.output
            && left.reasoning == right.reasoning && left.reportedCost == right.reportedCost
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.totalInput)
        hasher.combine(self.totalOutput)
    }

    public static func + (left: Usage, right: Usage) -> Usage {
        var sum = Usage(
            freshInput: left.freshInput.saturatingSum(right.freshInput),
            cacheRead: left.cacheRead.saturatingSum(right.cacheRead),
            cacheWrite: left.cacheWrite.saturatingSum(right.cacheWrite),
            output: left.output.saturatingSum(right.output),
            reasoning: left.reasoning.saturatingSum(right.reasoning),
            longCacheWrite: left.longCacheWrite.saturatingSum(right.longCacheWrite),
            reportedCost: Self.combined(left.reportedCost, right.reportedCost, +))
        sum.anomalies = left.anomalies.union(right.anomalies)
        return sum
    }

    public static func - (left: Usage, right: Usage) -> Usage {
        Usage(
            freshInput: left.freshInput.saturatingDifference(right.freshInput),
            cacheRead: left.cacheRead.saturatingDifference(right.cacheRead),
            cacheWrite: left.cacheWrite.saturatingDifference(right.cacheWrite),
            output: left.output.saturatingDifference(right.output),
            reasoning: left.reasoning.saturatingDifference(right.reasoning),
            longCacheWrite: left.longCacheWrite.saturatingDifference(right.longCacheWrite),
            reportedCost: Self.combined(left.reportedCost, right.reportedCost, -))
    }

    private static func combined(_ left: Money?, _ right: Money?, _ combine: (Money, Money) -> Money) -> Money? {
        left == nil && right == nil ? nil : combine(left ?? .zero, right ?? .zero)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            freshInput: try container.decode(Int.self, forKey: .freshInput),
            cacheRead: try container.decode(Int.self, forKey: .cacheRead),
            cacheWrite: try container.decode(Int.self, forKey: .cacheWrite),
            output: try container.decode(Int.self, forKey: .output),
            reasoning: try container.decode(Int.self, forKey: .reasoning),
            reportedCost: try container.decodeIfPresent(Money.self, forKey: .reportedCost))
    }

    /// Without ``longCacheWrite`` and ``anomalies``: what is stored has the five buckets, and what the provider said.
    private enum CodingKeys: String, CodingKey {
        case freshInput, cacheRead, cacheWrite, output, reasoning, reportedCost
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.freshInput, forKey: .freshInput)
        try container.encode(self.cacheRead, forKey: .cacheRead)
        try container.encode(self.cacheWrite, forKey: .cacheWrite)
        try container.encode(self.output, forKey: .output)
        try container.encode(self.reasoning, forKey: .reasoning)
        try container.encodeIfPresent(self.reportedCost, forKey: .reportedCost)
    }
}
