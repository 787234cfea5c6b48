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

    /// - Parameter text: PROVIDER/MODEL; the model's name may hold further slashes.
    public init?(_ text: String) {
        guard let slash = text.firstIndex(of: "/"), slash != text.startIndex else { return nil }
        let model = text[text.index(after: slash)...]
        guard !model.isEmpty else { return nil }
        self.init(provider: String(text[..<slash]), model: String(model))
    }

    public var description: String { "\(self.provider)/\(self.model)" }
}
