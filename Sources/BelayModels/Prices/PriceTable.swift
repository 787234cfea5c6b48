import BelayCore

/// What models cost. A model that isn't listed has an unknown price, which is never taken for zero.
///
/// A path of the configuration goes first, then the vendor's list prices, and these only for calls that go to the
/// vendor itself: another seller of the same model has prices of its own.
public struct PriceTable: Sendable, Hashable {
    /// By provider's and model's name in the configuration.
    private var paths: [ModelPath: Price]
    /// By protocol and model.
    private let lists: [ProviderSettings.Kind: [String: Price]]

    public init(_ paths: [ModelPath: Price] = [:]) {
        self.paths = paths
        self.lists = [:]
    }

    private init(lists: [ProviderSettings.Kind: [String: Price]]) {
        self.paths = [:]
        self.lists = lists
    }

    /// Sets the price of a path; nil makes it unknown unless a list has it.
    public mutating func set(_ price: Price?, for path: ModelPath) { self.paths[path] = price }

    /// The price of a path.
    ///
    /// - Parameter vendor: The vendor whose list prices hold for this path; nil for none.
    /// - Returns: Nil when it is unknown.
    public func price(of path: ModelPath, vendor: ProviderSettings.Kind?) -> Price? {
        if let price = self.paths[path] { return price }
        guard let list = vendor.flatMap({ self.lists[$0] }) else { return nil }
        return list[path.model] ?? list[Self.withoutDate(path.model)]
    }

    /// A model's name without the date of its snapshot, such as `-2024-08-06`, `-20250929` or `-latest`.
    private static func withoutDate(_ model: String) -> String {
        model.replacing(#/-(\d{4}-\d{2}-\d{2}|\d{8}|latest|0)$/#, with: "")
    }
}

extension PriceTable {
    /// What the vendors are thought to charge for text in standard service, as of November 2025. These figures were not
    /// checked against the vendors' price pages (openai.com/api/pricing, claude.com/pricing): where money counts, set
    /// your own.
    public static let listed = PriceTable(lists: [
        .openAI: [
            "gpt-5.1": .perMillion(input: 1_250, output: 10_000, cacheRead: 125),
            "gpt-5": .perMillion(input: 1_250, output: 10_000, cacheRead: 125),
            "gpt-5-mini": .perMillion(input: 250, output: 2_000, cacheRead: 25),
            "gpt-5-nano": .perMillion(input: 50, output: 400, cacheRead: 5),
            "gpt-4.1": .perMillion(input: 2_000, output: 8_000, cacheRead: 500),
            "gpt-4.1-mini": .perMillion(input: 400, output: 1_600, cacheRead: 100),
            "gpt-4.1-nano": .perMillion(input: 100, output: 400, cacheRead: 25),
            "gpt-4o": .perMillion(input: 2_500, output: 10_000, cacheRead: 1_250),
            "gpt-4o-mini": .perMillion(input: 150, output: 600, cacheRead: 75),
            "o4-mini": .perMillion(input: 1_100, output: 4_400, cacheRead: 275),
        ],
        .anthropic: [
            "claude-opus-4-5": .perMillion(input: 5_000, output: 25_000, cacheRead: 500, cacheWrite: 6_250),
            "claude-opus-4-1": .perMillion(input: 15_000, output: 75_000, cacheRead: 1_500, cacheWrite: 18_750),
            "claude-sonnet-4-5": .perMillion(input: 3_000, output: 15_000, cacheRead: 300, cacheWrite: 3_750),
            "claude-sonnet-4": .perMillion(input: 3_000, output: 15_000, cacheRead: 300, cacheWrite: 3_750),
            "claude-haiku-4-5": .perMillion(input: 1_000, output: 5_000, cacheRead: 100, cacheWrite: 1_250),
            "claude-3-5-haiku": .perMillion(input: 800, output: 4_000, cacheRead: 80, cacheWrite: 1_000),
        ],
    ])
}

extension Price {
    /// In thousandths of a dollar for a million tokens, which are nano-dollars a token.
    fileprivate static func perMillion(
        input: Int64, output: Int64, cacheRead: Int64, cacheWrite: Int64? = nil
    ) -> Price {
        Price(input: input, output: output, cacheRead: cacheRead, cacheWrite: cacheWrite)
    }
}
