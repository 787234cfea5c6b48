/// Estimates the tokens of texts by walking over their bytes once.
///
/// A real tokenizer cuts a text into words, numbers, marks and blanks, and these into pieces of its vocabulary. The walk knows
/// no vocabulary: it adds up what a byte costs on average, by its kind and the one before it, its place in a run of its
/// kind, which pair of letters it ends, which mark it is, and for other scripts by the first two bytes of the character.
/// The weights were fitted to real tokenizers. It takes memory for nothing but itself.
struct TokenWalk: Sendable {
    private let weights: TokenWeights
    private(set) var bytes = 0
    /// In ``TokenWeights/unit``.
    private var sum = 0
    private var kind = TokenWeights.line
    private var place = 0
    /// 1 to 26, or 0 after anything else.
    private var letter = 0
    private var last: UInt8 = 0
    /// Of a character whose second byte comes next, from 1; 0 when none does.
    private var first = 0

    init(_ tokenizer: Tokenizer) { self.weights = .of(tokenizer) }

    /// Goes on with the text before it, as the next part of a stream does.
    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { self.add($0) }
    }

    /// Begins another text.
    mutating func startText() {
        (self.kind, self.place, self.letter, self.last, self.first) = (TokenWeights.line, 0, 0, 0, 0)
    }

    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        self.bytes += text.count
        // The fields live in registers while the loop runs.
        var (sum, kind, place) = (self.sum, self.kind, self.place)
        var (letter, last, first) = (self.letter, self.last, self.first)
        self.weights.read { weights, kinds in
            for byte in text {
                if byte & 0xC0 == 0x80 {
                    if first != 0 { sum += Int(weights[TokenWeights.second + (first - 1) * 64 + Int(byte & 63)]) }
                    first = 0
                    continue
                }
                let next = Int(kinds[Int(byte)])
                let goesOn =
                    next == kind
                    ? next != TokenWeights.digit || place != 2
                    : next == TokenWeights.letter && kind == TokenWeights.capital
                place = goesOn ? min(place + 1, TokenWeights.places - 1) : 0
                sum += Int(weights[TokenWeights.following + kind * TokenWeights.kinds + next])
                sum += Int(weights[TokenWeights.position + next * TokenWeights.places + place])
                if next == TokenWeights.letter || next == TokenWeights.capital {
                    let found = Int(byte & 31)
                    sum += Int(weights[TokenWeights.pair + letter * 27 + found])
                    letter = found
                } else {
                    sum += Int(weights[TokenWeights.byte + Int(byte)])
                    letter = 0
                }
                if byte == last { sum += Int(weights[TokenWeights.again + next]) }
                first = byte >= 0xC2 && byte <= 0xF4 ? Int(byte) - 0xC1 : 0
                (kind, last) = (next, byte)
            }
        }
        (self.sum, self.kind, self.place) = (sum, kind, place)
        (self.letter, self.last, self.first) = (letter, last, first)
    }

    var estimate: TokenEstimate {
        guard self.bytes > 0 else { return .zero }
        let expected = min(self.bytes, max(1, (self.sum + TokenWeights.unit / 2) / TokenWeights.unit))
        let margin = self.weights.margin
        let most = expected.saturatingProduct(100 + margin.percent) / 100 + margin.tokens
        return TokenEstimate(expected: expected, most: min(self.bytes, most))
    }
}
