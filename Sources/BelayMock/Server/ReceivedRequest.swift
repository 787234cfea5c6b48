/// A request to a model, as a simulated provider got it.
public struct ReceivedRequest: Sendable {
    public var path: String
    /// Wherever the client put it; nil when there is none.
    public var key: String?
    public var body: [UInt8]
}
