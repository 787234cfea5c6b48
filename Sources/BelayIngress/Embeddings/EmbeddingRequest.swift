/// A client's request for embeddings, read and checked.
package struct EmbeddingRequest: Sendable, Hashable {
    package enum Input: Sendable, Hashable {
        case text(String)
        /// Numbers of the model's own tokens.
        case tokens([Int])
    }

    /// As the client wrote it.
    package var model: String
    /// At least one.
    package var inputs: [Input]
    /// How long the vectors shall be; nil for the model's own length.
    package var dimensions: Int?
    /// Vectors as base64 instead of numbers: most clients ask for it.
    package var encodesBase64: Bool
    package var endUser: String?
    /// What the vendor doesn't have, where that is passed through.
    package var passThrough: [PassThrough]
}
