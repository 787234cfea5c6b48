/// Texts whose vectors are asked for, free of any provider's format. The path that is chosen adds the model's name.
public struct EmbeddingRequest: Sendable, Hashable {
    public enum Input: Sendable, Hashable {
        /// Not empty.
        case text(String)
        /// Numbers of the model's own tokens, at least one.
        case tokens([Int])
    }

    /// At least one; OpenAI takes 2,048 at most.
    public var inputs: [Input]
    /// How long the vectors shall be, at least 1; nil for the model's own length.
    public var dimensions: Int?
    /// Who uses the caller's product, as the caller names them: for the provider's watch over abuse.
    public var endUser: String?

    public init(inputs: [Input], dimensions: Int? = nil, endUser: String? = nil) {
        self.inputs = inputs
        self.dimensions = dimensions
        self.endUser = endUser
    }

    public init(_ texts: [String], dimensions: Int? = nil) {
        self.init(inputs: texts.map { .text($0) }, dimensions: dimensions)
    }
}
