/// What a walk adds up for one tokenizer, and how far the sum may be from the truth.
///
/// The tables in `TokenWeights+*.swift` are made by `scripts/tokens/fit.py`, which also says where the margins are from.
final class TokenWeights: Sendable {
    /// By how much more than expected there may be: a share, and a few tokens for short texts.
    struct Margin: Sendable, Hashable {
        var percent: Int
        var tokens: Int
    }

    /// A token, in the unit of the weights.
    static let unit = 1_024

    // The kinds of characters, by their first byte.
    static let letter = 0
    static let digit = 1
    static let line = 4
    static let capital = 20
    static let kinds = 21
    /// Places in a run that are told apart.
    static let places = 12

    // Where each table of weights begins.
    static let following = 0
    static let position = 441
    static let byte = 693
    static let pair = 949
    static let again = 1_678
    static let second = 1_699
    static let count = 4_963

    let margin: Margin
    private let weights: [UInt16]

    /// - Parameter text: Two characters a weight, the higher six bits first, in the alphabet of RFC 4648, section 4; a run of
    ///   zeros as `.` and its length in the same form. Line breaks count for nothing.
    init(_ text: StaticString, margin: Margin) {
        self.margin = margin
        self.weights = text.withUTF8Buffer { Self.read($0) }
    }

    func read(_ body: (UnsafeBufferPointer<UInt16>, UnsafeBufferPointer<UInt8>) -> Void) {
        self.weights.withUnsafeBufferPointer { weights in
            Self.kindOf.withUnsafeBufferPointer { body(weights, $0) }
        }
    }

    static func of(_ tokenizer: Tokenizer) -> TokenWeights {
        switch tokenizer {
        case .cl100k: .cl100k
        case .o200k: .o200k
        case .claude: .claude
        case .newerClaude: .newerClaude
        case .deepSeek: .deepSeek
        case .tekken: .tekken
        case .typical: .typical
        }
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> [UInt16] {
        var weights: [UInt16] = []
        weights.reserveCapacity(Self.count)
        let text = text.filter { $0 != UInt8(ascii: "\n") }
        var position = 0
        while position < text.count {
            let isRun = text[position] == UInt8(ascii: ".")
            if isRun { position += 1 }
            let number = Self.sixBits(text[position]) << 6 | Self.sixBits(text[position + 1])
            weights += isRun ? [UInt16](repeating: 0, count: Int(number)) : [number]
            position += 2
        }
        precondition(weights.count == Self.count, "A table of weights is made by its script, which writes all of it.")
        return weights
    }

    private static func sixBits(_ character: UInt8) -> UInt16 {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt16(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt16(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "+"): 62
        default: 63
        }
    }

    private static let kindOf: [UInt8] = (0...255).map { TokenWeights.kind(of: UInt8($0)) }

    private static func kind(of byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 0
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 20
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 1
        case UInt8(ascii: " "): 2
        case UInt8(ascii: "\t"): 3
        case UInt8(ascii: "\n"): 4
        case 0x00...0x1F, 0x7F: 5
        case ..<0x80: 6
        case ..<0xCE: 7  // Letters of the Latin script with marks.
        case ..<0xD0: 8  // Greek.
        case ..<0xD4: 9  // Cyrillic.
        case ..<0xD8: 10  // Armenian and Hebrew.
        case ..<0xE0: 11  // Arabic.
        case 0xE0: 12  // The scripts of India, and Thai.
        case 0xE1: 13
        case 0xE2: 14  // Signs and marks.
        case 0xE3: 15  // Kana, and rare ideographs.
        case ..<0xEA: 16  // Ideographs.
        case ..<0xEE: 17  // Hangul.
        case ..<0xF0: 18  // Wide forms.
        default: 19  // Emoji.
        }
    }
}
