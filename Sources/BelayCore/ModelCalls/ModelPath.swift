/// One way to get an answer: a model of a provider, with its parameters.
public struct ModelPath: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The provider's name in the configuration.
    public var provider: String
    /// The model's name as its provider knows it.
    public var model: String

    public init(provider: String, model: String) {
        self.provider = provider
        self.model = model
    }

    public var description: String { "\(self.provider)/\(self.model)" }
}
