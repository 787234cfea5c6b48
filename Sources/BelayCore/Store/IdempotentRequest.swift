/// What makes a request one that may be sent again: the same key with the same digest has the effect it had the first
/// time, and no second one.
public struct IdempotentRequest: Sendable, Hashable {
    /// Unique per tenant; 1 to 255 characters.
    public var key: String
    /// SHA-256 over everything that makes the request what it is, in hexadecimal.
    public var digest: String

    public init(key: String, digest: String) {
        self.key = key
        self.digest = digest
    }
}
