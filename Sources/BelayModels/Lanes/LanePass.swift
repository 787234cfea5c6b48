import BelayCore
import BelayResilience

/// What an attempt asks of a provider before it is sent.
struct LaneRequest: Sendable {
    var model: String
    /// On whose behalf: where attempts wait, tenants take turns.
    var tenant: String
    /// How long it waits for its turn.
    var longest: Duration
    /// What it will use, estimated; 0 where nobody counts.
    var tokens = 0
    /// Endpoints that have failed the same call: others go first.
    var avoided: Set<Int> = []
    /// The conversation that it is part of.
    var session: String?
    /// The endpoint that answered the conversation last.
    var preferred: String?
}

/// The place of one attempt. When it is dropped its permits release themselves.
struct LanePass: Sendable {
    /// What became of an attempt.
    enum End: Sendable {
        case answered(Usage)
        case failed(ModelFailure)
        case cancelled(Usage?)
        /// Another attempt was faster.
        case outrun(Usage?)
        /// It was not sent after all.
        case unsent
    }

    let endpoint: EndpointLane
    let cell: EndpointCell
    let began: Moment
    /// As estimated.
    let tokens: Int
    let supply: VendorSupply.Turn
    let admission: CircuitBreaker.Admission
    let permits: [BulkheadPermit]
}
