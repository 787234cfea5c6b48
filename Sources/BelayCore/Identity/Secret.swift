/// A text that must not be seen: it prints as `***` wherever it is printed, dumped or interpolated.
///
/// Only an interpolation that makes another secret puts the text in: `"Bearer \(key)"` where a `Secret` is wanted.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that sends it.
    public func reveal() -> String { self.text }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: ExpressibleByStringInterpolation {
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { self.text.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: String) { self.text += literal }
        public mutating func appendInterpolation(_ secret: Secret) { self.text += secret.reveal() }
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            self.text += value.description
        }
    }

    public init(stringLiteral text: String) { self.init(text) }
    public init(stringInterpolation: StringInterpolation) { self.init(stringInterpolation.text) }
}
