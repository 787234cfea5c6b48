extension JSON {
    /// How much the parser takes before it refuses.
    public struct Limits: Sendable, Hashable {
        /// How deep arrays and objects may nest; the stack is used accordingly (about 300 bytes a level).
        public var depth: Int
        /// The document's size in bytes.
        public var bytes: Int

        /// Whether an object may repeat a key, of which the last value counts then. Default true.
        public var allowsRepeatedKeys: Bool

        public static let `default` = Limits()

        public init(depth: Int = 128, bytes: Int = 16 << 20, allowsRepeatedKeys: Bool = true) {
            self.depth = depth
            self.bytes = bytes
            self.allowsRepeatedKeys = allowsRepeatedKeys
        }
    }

    /// Why and where a text is not JSON.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// In bytes from the start.
        public var offset: Int
        /// From 1.
        public var line: Int
        /// In bytes from the start of the line, from 1.
        public var column: Int
        public var reason: String

        public init(offset: Int, line: Int, column: Int, reason: String) {
            self.offset = offset
            self.line = line
            self.column = column
            self.reason = reason
        }

        public var description: String { "\(self.reason) at line \(self.line), column \(self.column)" }
    }
}
