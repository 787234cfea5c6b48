/// What a call cost, and how sure that is. An unknown price is never zero.
public enum Cost: Sendable, Hashable, Codable {
    /// From the provider's reported usage and a listed price.
    case known(Money)
    /// From an estimate of the usage or of the price.
    case estimated(Money)
    /// The model has no price; nothing may be concluded.
    case unknown

    /// The amount, nil when it is unknown.
    public var amount: Money? {
        switch self {
        case .known(let money), .estimated(let money): money
        case .unknown: nil
        }
    }

    /// Of both together: unknown when one is, an estimate when one is.
    package func adding(_ other: Cost) -> Cost {
        switch (self, other) {
        case (.unknown, _), (_, .unknown): .unknown
        case (.known(let left), .known(let right)): .known(left + right)
        case (.known(let left), .estimated(let right)), (.estimated(let left), .known(let right)),
            (.estimated(let left), .estimated(let right)):
            .estimated(left + right)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let money = try container.decodeIfPresent(Money.self, forKey: .known) {
            self = .known(money)
        } else if let money = try container.decodeIfPresent(Money.self, forKey: .estimated) {
            self = .estimated(money)
        } else {
            self = .unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .known(let money): try container.encode(money, forKey: .known)
        case .estimated(let money): try container.encode(money, forKey: .estimated)
        case .unknown: break
        }
    }

    private enum Key: String, CodingKey { case known, estimated }
}
