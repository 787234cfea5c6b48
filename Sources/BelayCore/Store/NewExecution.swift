/// What it takes to start an execution.
public struct NewExecution: Sendable {
    public var accepted: Event.Accepted
    /// Unique per tenant; the same key with the same digest gives the execution that it gave the first time.
    public var idempotencyKey: String?
    /// SHA-256 over everything that makes the request what it is, in hexadecimal.
    public var requestDigest: String
    public var sessionPolicy: SessionPolicy
    /// The name of the server's key that it was started with; nil for none.
    public var keyName: String?
    /// What stands in its way when as many are open. A limit for a user, a customer or a key counts nothing of an execution
    /// that has none.
    public var limits: [OpenExecutionLimit]

    public init(
        accepted: Event.Accepted, idempotencyKey: String? = nil, requestDigest: String,
        sessionPolicy: SessionPolicy = .enqueue, keyName: String? = nil, limits: [OpenExecutionLimit] = []
    ) {
        self.accepted = accepted
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
        self.sessionPolicy = sessionPolicy
        self.keyName = keyName
        self.limits = limits
    }
}
