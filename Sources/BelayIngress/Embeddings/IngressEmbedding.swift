import BelayCore

/// A client's request for embeddings, read and checked.
package struct IngressEmbedding: Sendable, Hashable {
    /// As the client wrote it.
    package var model: String
    package var request: EmbeddingRequest
    /// Vectors as base64 instead of numbers: most clients ask for it.
    package var encodesBase64: Bool
    /// What the vendor doesn't have, where that is passed through.
    package var passThrough: [PassThrough]
}
