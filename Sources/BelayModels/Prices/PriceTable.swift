import BelayCore

/// What models cost. A model that isn't listed has an unknown price, which is never taken for zero.
///
/// A path of the configuration goes first, then the vendor's list prices, and these only for calls that go to the
/// vendor itself: another seller of the same model has prices of its own.
public struct PriceTable: Sendable, Hashable {
    /// Where a price is from.
    public enum Origin: Sendable, Hashable {
        /// Set for this path, by the application or its configuration.
        case own(Price)
        case listed(PriceList.Entry)

        public var price: Price {
            switch self {
            case .own(let price): price
            case .listed(let entry): entry.price
            }
        }

        /// Which version of the vendors' lists it is from; nil for one of one's own.
        var version: String? {
            switch self {
            case .own: nil
            case .listed: PriceList.version
            }
        }
    }

    /// By provider's and model's name in the configuration.
    private var paths: [ModelPath: Price]
    private let lists: [ModelVendor: PriceList]

    /// - Parameters:
    ///   - paths: Prices of one's own.
    ///   - lists: Prices of vendors. Default: none.
    public init(_ paths: [ModelPath: Price] = [:], lists: [PriceList] = []) {
        self.paths = paths
        self.lists = Dictionary(lists.map { ($0.vendor, $0) }) { first, _ in first }
    }

    /// The vendors' list prices, as they were known when this version was made: ``PriceList/version``.
    public static let listed = PriceTable(lists: PriceList.all)

    /// Sets the price of a path; nil makes it unknown unless a list has it.
    public mutating func set(_ price: Price?, for path: ModelPath) { self.paths[path] = price }

    /// The price of a path.
    ///
    /// - Parameter vendor: The vendor whose list prices hold for this path; nil for none.
    /// - Returns: Nil when it is unknown.
    public func price(of path: ModelPath, vendor: ModelVendor?) -> Price? {
        self.origin(of: path, vendor: vendor)?.price
    }

    /// The price of a path, and where it is from.
    public func origin(of path: ModelPath, vendor: ModelVendor?) -> Origin? {
        if let price = self.paths[path] { return .own(price) }
        return vendor.flatMap { self.lists[$0] }?.entry(for: path.model).map(Origin.listed)
    }
}
