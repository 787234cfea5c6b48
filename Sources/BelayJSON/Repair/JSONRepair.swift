/// Reads JSON that a model has damaged slightly: a separate step, for texts that strict parsing refused.
///
/// Repaired are text and code fences around the value, comments, trailing and missing commas, single and typographic
/// quotes, keys without quotes, Python's `True`, `False` and `None`, raw line breaks and wrong escapes in strings,
/// numbers like `+1` or `.5`, and text that ends too early. Whatever is left out is listed. Refused is what would need a
/// guess: values without quotes, several different values, numbers cut off at the end (they are left out, not
/// shortened), quotes inside strings.
public enum JSONRepair {
    /// One change that was made.
    public struct Repair: Sendable, Hashable {
        public enum Kind: String, Sendable {
            case removedSurroundingText
            case removedCodeFence
            /// Another, complete value in the text around was left out.
            case removedOtherValue
            case removedComment
            case removedTrailingComma
            case addedComma
            case convertedQuotes
            case quotedKey
            case convertedLiteral
            case convertedNumber
            case escapedControlCharacter
            case correctedEscape
            case closedString
            case closedBracket
            /// A member or element that had only begun was left out.
            case removedUnfinishedValue
        }

        public var kind: Kind
        /// In bytes from the start of the text.
        public var offset: Int
    }

    public struct Repaired: Sendable, Hashable {
        public var value: JSON
        /// In the order in which they were made, the first 64. Empty when the text was JSON already.
        public var repairs: [Repair]
        /// Whether the text ended before the value did, so that parts of it may be missing.
        public var isTruncated: Bool { self.repairs.contains { Self.signsOfTruncation.contains($0.kind) } }

        private static let signsOfTruncation: Set<Repair.Kind> = [
            .closedString, .closedBracket, .removedUnfinishedValue,
        ]
    }

    /// The one value in a text, or nil if there is none that can be had without guessing.
    ///
    /// Takes time proportional to the text, which may have 1 MiB; the value may be nested 128 levels deep.
    public static func repair(_ text: String) -> Repaired? {
        let bytes = Array(text.utf8)
        guard bytes.count <= 1 << 20 else { return nil }
        if let value = try? JSON.parse(bytes) { return Repaired(value: value, repairs: []) }
        var search = RepairSearch(bytes)
        return search.result()
    }
}
