/// What a failure means for the call it belongs to: the one table that retries, fallbacks and breakers obey.
public enum Disposition: Sendable, Hashable {
    /// The path may recover: retry it, then go on to the next.
    case transient
    /// This path is of no use now, the next one may be: it is up, has room, or costs less.
    case nextPath
    /// The key is at fault, or its account: not with this key for a while; alert.
    case keyFault
    /// The caller is at fault: every path would refuse.
    case stop
    /// This path takes the request in another form only: it is asked once more, at once.
    case adapt
    /// A larger model, if there is one; then the context has to be compacted.
    case tooLong
    /// The provider refused the content: stop or go on by policy.
    case refused
}

extension ModelFailure.Kind {
    public var disposition: Disposition {
        switch self {
        case .rateLimited, .overloaded, .serverError, .network, .connectTimeout, .responseTimeout, .firstTokenTimeout,
            .stallTimeout, .totalTimeout, .emptyResponse, .malformedResponse, .cutStream:
            .transient
        case .circuitOpen, .throttled, .allowanceExceeded, .budgetExceeded, .budgetReserved: .nextPath
        case .authentication, .quotaExhausted: .keyFault
        case .badRequest, .notFound, .cancelled: .stop
        case .prefillRefused: .adapt
        case .contextTooLong: .tooLong
        case .contentFiltered: .refused
        }
    }

    /// Whether the failure says something about the health of the path, as opposed to its caller.
    public var countsAgainstHealth: Bool {
        switch self.disposition {
        case .transient, .keyFault: true
        case .nextPath, .stop, .adapt, .tooLong, .refused: false
        }
    }
}
