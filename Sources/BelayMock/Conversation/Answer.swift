import BelayJSON

/// What the simulated model says, before a vendor's protocol gives it a form.
struct Answer: Sendable {
    struct Call: Sendable {
        /// Letters and digits; each protocol puts its own prefix in front.
        var id: String
        var name: String
        /// Arguments as the model wrote them: usually, but not always, a JSON object.
        var arguments: String
    }

    enum Stop: String, Sendable, CaseIterable {
        case end
        case toolCalls = "tool_calls"
        case maximumTokens = "max_tokens"
        case stopSequence = "stop_sequence"
        case contentFilter = "content_filter"
        case refusal
    }

    var id: String
    var model: String
    /// Unix time in seconds.
    var created: Int64
    var text: String?
    var refusal: String?
    var calls: [Call] = []
    var stop = Stop.end
    var usage = MockUsage()
    /// Characters in one streamed piece.
    var pieceLength = Self.defaultPieceLength
    var includesUsage = true
    /// What only the provider can read; nil where it isn't asked for.
    var encryptedThoughts: String?
    /// Vectors in place of anything said.
    var embeddings: Embeddings?

    struct Embeddings: Sendable {
        var vectors: [[Float]]
        var isBase64: Bool
    }

    /// About four tokens, which keeps the number of events moderate.
    static let defaultPieceLength = 16

    /// `text` in pieces of at most `pieceLength` characters.
    func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(self.pieceLength)))
            rest = rest.dropFirst(self.pieceLength)
        }
        return pieces
    }
}
