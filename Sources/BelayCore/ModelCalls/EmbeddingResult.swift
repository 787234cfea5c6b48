/// Embeddings that a model made.
public struct EmbeddingResult: Sendable, Hashable {
    /// One for each input, in its order; all of the same length.
    public var vectors: [[Float]]
    /// The model that the provider says it used; empty when it doesn't say.
    public var model: String
    public var usage: Usage
    public var path: ModelPath
    public var cost: Cost
    /// The attempts that failed before, in order.
    public var failedAttempts: [ModelAttempt]
    /// From the call to the last vector.
    public var duration: Duration

    public init(
        vectors: [[Float]], model: String, usage: Usage, path: ModelPath, cost: Cost,
        failedAttempts: [ModelAttempt] = [], duration: Duration
    ) {
        self.vectors = vectors
        self.model = model
        self.usage = usage
        self.path = path
        self.cost = cost
        self.failedAttempts = failedAttempts
        self.duration = duration
    }
}
