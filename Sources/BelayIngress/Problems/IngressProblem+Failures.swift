import BelayCore
import BelayJSON

extension IngressProblem {
    /// A model call that no path of its route answered.
    package init(_ failure: ModelCallFailure) {
        self.init(failure.failure)
        self.wasTried = failure.attempts.contains(where: \.wasSent)
    }

    /// The failure of an attempt, as far as it is the client's business: that a provider refused the key of this server
    /// is not.
    package init(_ failure: ModelFailure) {
        self.init(Kind(failure.kind), Self.message(for: failure), retryAfter: failure.retryAfter)
    }

    /// A body that is no JSON, or nested too deep.
    package init(_ error: JSON.ParseError) {
        self.init(.malformedBody, "The body can't be parsed as JSON: \(error).")
    }

    /// - Parameter limit: In bytes.
    package static func bodyTooLarge(limit: Int) -> IngressProblem {
        IngressProblem(.bodyTooLarge, "The body is larger than \(limit) bytes.")
    }

    private static func message(for failure: ModelFailure) -> String {
        switch failure.kind {
        case .authentication:
            "The provider of this model doesn't accept this server's key. Tell the operator."
        case .quotaExhausted:
            "The quota of this server's key at the provider of this model is used up. Tell the operator."
        // Where the provider is, is in the log.
        case .network: "The connection to the provider of this model failed."
        case .circuitOpen, .overloaded: "The model is not available at the moment."
        case .allowanceExceeded, .budgetExceeded, .budgetReserved: failure.message
        case .throttled: "This server has no room for another request to this model at the moment."
        case .cancelled: "The request was cancelled."
        case let kind where kind.isTimeout: "The model did not answer in time."
        default: "The model gave no answer: \(failure.message)"
        }
    }
}

extension IngressProblem.Kind {
    package init(_ kind: ModelFailure.Kind) {
        self =
            switch kind {
            case .rateLimited, .throttled, .budgetReserved: .rateLimited
            case .allowanceExceeded, .budgetExceeded: .overBudget
            case .overloaded, .circuitOpen: .overloaded
            case .serverError, .network, .emptyResponse, .malformedResponse, .cutStream, .authentication,
                .quotaExhausted:
                .upstreamFailed
            case .connectTimeout, .responseTimeout, .firstTokenTimeout, .stallTimeout, .totalTimeout: .timedOut
            case .badRequest, .prefillRefused: .upstreamRefused
            case .notFound: .modelNotFound
            case .contextTooLong: .contextTooLong
            case .contentFiltered: .contentFiltered
            case .cancelled: .cancelled
            }
    }
}
