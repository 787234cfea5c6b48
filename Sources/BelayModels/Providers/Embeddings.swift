import BelayCore

/// What one attempt at embeddings came to.
package struct Embeddings: Sendable, Hashable {
    /// One for each input, in its order; all of the same length.
    package var vectors: [[Float]]
    package var model: String
    package var usage: Usage
}
