import BelayJSON

/// A name that the system gave to something: opaque, unique, safe in a URL path.
public protocol Identifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible, Comparable {
    /// The letters before the underscore, for people who meet the identifier in a log.
    static var prefix: String { get }
    init(rawValue: String)
}

extension Identifier {
    public var description: String { self.rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Makes an identifier that sorts by `time` and is unique by 80 random bits.
    @inlinable
    public static func make(at time: Timestamp, using random: inout some RandomNumberGenerator) -> Self {
        var text = Array(Self.prefix.utf8)
        text.reserveCapacity(text.count + 27)
        text.append(UInt8(ascii: "_"))
        for shift in stride(from: 45, through: 0, by: -5) {
            text.append(IdentifierAlphabet.letters[Int(truncatingIfNeeded: time.milliseconds >> Int64(shift)) & 31])
        }
        for _ in 0..<16 { text.append(IdentifierAlphabet.letters[Int.random(in: 0..<32, using: &random)]) }
        return Self(rawValue: String(decoding: text, as: UTF8.self))
    }
}

/// Crockford's base 32 in small letters: in the order of its values, and without letters that are taken for digits.
@usableFromInline
enum IdentifierAlphabet {
    @usableFromInline static let letters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

/// One run of an agent on a task.
public struct ExecutionID: Identifier {
    public static let prefix = "exe"
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension ExecutionID {
    /// The name of the outcome of a model call of this execution. A call that is made again after a crash has the same one.
    package func outcome(ofStep step: Int) -> String { "\(self.rawValue).\(step)" }
}

/// One model call as outcomes name it, when nobody else gave it a name.
public struct OutcomeID: Identifier {
    public static let prefix = "out"
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Something an execution waits for: an approval, an answer, a person, a point in time.
public struct WaitID: Identifier {
    public static let prefix = "wait"
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A conversation of several executions with one user.
public struct SessionID: Identifier {
    public static let prefix = "ses"
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A process that drives executions.
public struct NodeID: Identifier {
    public static let prefix = "node"
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}
