import BelayCore

/// The list prices of one vendor: for text in standard service, without batches and priorities.
public struct PriceList: Sendable, Hashable {
    public var vendor: ModelVendor
    /// The vendor's own page, which the figures are from.
    public var page: String
    /// When they were last compared, as YYYY-MM-DD.
    public var checked: String
    /// With what they were compared.
    public var evidence: String
    /// By the model's name without the date of a snapshot.
    public var prices: [String: Price]
    /// What a figure alone doesn't say, by the model's name.
    public var notes: [String: String] = [:]

    /// One model's place in a list.
    public struct Entry: Sendable, Hashable {
        public var vendor: ModelVendor
        public var model: String
        public var price: Price
        public var page: String
        public var checked: String
        public var evidence: String
        public var note: String?
    }

    /// What the list says of a model; nil when it doesn't have it.
    public func entry(for model: String) -> Entry? {
        let names = [model, Self.withoutDate(model)]
        guard let name = names.first(where: { self.prices[$0] != nil }), let price = self.prices[name] else {
            return nil
        }
        return Entry(
            vendor: self.vendor, model: name, price: price, page: self.page, checked: self.checked,
            evidence: self.evidence, note: self.notes[name])
    }

    /// All of it, by name.
    public var entries: [Entry] { self.prices.keys.sorted().compactMap { self.entry(for: $0) } }

    /// A model's name without the date of its snapshot, such as `-2024-08-06`, `-20250929` or `-latest`.
    private static func withoutDate(_ model: String) -> String {
        model.replacing(#/-(\d{4}-\d{2}-\d{2}|\d{8}|latest|0)$/#, with: "")
    }
}

extension PriceList {
    /// The version of the lists: the day of the youngest comparison.
    public static let version = "2026-11-21"

    /// Everything that is shipped. A figure that two independent lists don't agree on is in none of them.
    public static let all = [openAI, anthropic, google, mistral, deepSeek, xAI]

    static let twoLists = "the price lists of litellm 1.109.1 and of genai-prices 0.2.3 agree"
}
