/// What it takes to start an execution.
public struct NewExecution: Sendable {
    public var accepted: Event.Accepted
    /// Unique per tenant; the same key with the same digest gives the execution that it gave the first time.
    public var idempotencyKey: String?
    /// SHA-256 over everything that makes the request what it is, in hexadecimal.
    public var requestDigest: String
    public var sessionPolicy: SessionPolicy

    public init(
        accepted: Event.Accepted, idempotencyKey: String? = nil, requestDigest: String,
        sessionPolicy: SessionPolicy = .enqueue
    ) {
        self.accepted = accepted
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
        self.sessionPolicy = sessionPolicy
    }
}
