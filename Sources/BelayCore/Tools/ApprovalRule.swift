import BelayJSON

/// When a tool call needs a person's consent. Rules see decoded arguments.
public indirect enum ApprovalRule: Sendable, Hashable, Codable {
    case never
    case always
    /// The number at the argument path is above the limit, or is missing.
    case above(argument: String, limit: Double)
    /// The argument has none of these values.
    case unless(argument: String, isOneOf: [JSON])

    /// Whether `arguments` need consent, and why in plain words; nil when they don't.
    public func reason(for arguments: JSON) -> String? {
        switch self {
        case .never: return nil
        case .always: return "every call of this tool needs approval"
        case .above(let argument, let limit):
            guard let value = arguments[argument]?.doubleValue else { return "\(argument) is missing or not a number" }
            return value > limit ? "\(argument) is above \(limit.formattedPlainly)" : nil
        case .unless(let argument, let allowed):
            guard let value = arguments[argument] else { return "\(argument) is missing" }
            return allowed.contains(value) ? nil : "\(argument) is not one of the values that need no approval"
        }
    }
}

extension Double {
    /// Without a fraction that says nothing: `50`, `12.5`.
    fileprivate var formattedPlainly: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
