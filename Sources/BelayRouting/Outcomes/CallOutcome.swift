import BelayCore

/// What became of one model call: which path it took, what it cost, and whether it did what it was for.
///
/// An outcome may come in parts. A call is recorded when it ends, without `success` if nobody can judge it yet; the
/// judgement follows under the same `id` with a larger `revision`, and so does a correction of it. The largest revision
/// counts, once, however often and in which order they arrive.
public struct CallOutcome: Sendable, Hashable {
    /// Unique for the call, 1 to 128 bytes.
    public var id: String
    /// 0 for the first record of this call; larger for each that replaces it.
    public var revision: Int
    /// What the call was for, 1 to 128 bytes; paths are compared within a task.
    public var task: String
    public var path: ModelPath
    /// When the call ended, whenever it was judged.
    public var time: Timestamp
    /// 0 for useless to 1 for right; nil when not judged yet.
    public var success: Double?
    public var latency: Duration
    /// Nil when it isn't known, which is not zero.
    public var cost: Money?
    public var usage: Usage
    /// The kind of failure, when there was no answer.
    public var error: ModelFailure.Kind?
    public var context: OutcomeContext
    /// Why this path was taken; nil when nothing chose, as for a fallback.
    public var decision: RoutingDecision?
    /// Whose call it was. Paths are compared over all tenants.
    public var tenant: String

    public init(
        id: String, revision: Int = 0, task: String, path: ModelPath, time: Timestamp, success: Double?,
        latency: Duration, cost: Money?, usage: Usage = .zero, error: ModelFailure.Kind? = nil,
        context: OutcomeContext = OutcomeContext(), decision: RoutingDecision? = nil,
        tenant: String = User.defaultTenant
    ) {
        self.id = id
        self.revision = revision
        self.task = task
        self.path = path
        self.time = time
        self.success = success
        self.latency = latency
        self.cost = cost
        self.usage = usage
        self.error = error
        self.context = context
        self.decision = decision
        self.tenant = tenant
    }

    /// What it says about its path. A call without an answer has failed, unless that was none of the path's doing.
    var evidence: Evidence {
        let judged = self.success ?? (self.error?.speaksAgainstItsPath == true ? 0 : nil)
        return Evidence(
            success: judged.map { min(max(0, $0), 1) }, cost: self.cost?.dollars, latency: max(0, self.latency.seconds))
    }
}

extension ModelFailure.Kind {
    /// False for what the caller did and for what was never sent.
    var speaksAgainstItsPath: Bool {
        switch self {
        case .badRequest, .prefillRefused, .circuitOpen, .throttled, .allowanceExceeded, .budgetExceeded,
            .budgetReserved, .cancelled:
            false
        case .rateLimited, .overloaded, .serverError, .network, .connectTimeout, .responseTimeout, .firstTokenTimeout,
            .stallTimeout, .totalTimeout, .emptyResponse, .malformedResponse, .cutStream, .authentication,
            .quotaExhausted, .notFound, .contextTooLong, .contentFiltered:
            true
        }
    }
}

extension Money {
    /// For estimates; amounts that are billed stay `Money`.
    var dollars: Double { Double(self.nanoDollars) / 1e9 }

    /// The nearest amount; saturates, and takes what is no number for zero.
    init(estimate dollars: Double) {
        let nano = (dollars * 1e9).rounded()
        self.init(nanoDollars: Int64(exactly: nano) ?? (nano > 0 ? .max : nano < 0 ? .min : 0))
    }
}

extension Duration {
    var seconds: Double {
        let parts = self.components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
}
