/// A model's reasoning. It is signed by its provider and means nothing to another one.
public struct Reasoning: Sendable, Hashable, Codable {
    public var text: String
    /// The provider's proof that it wrote the text; sent back unchanged.
    public var signature: String?
    /// The provider that produced it: only this one may see it again.
    public var origin: String

    public init(text: String, signature: String? = nil, origin: String) {
        self.text = text
        self.signature = signature
        self.origin = origin
    }
}
