import BelayJSON

/// Errors in the form of Anthropic: `{"type": "error", "error": {"type", "message"}, "request_id"}`.
///
/// There is no place for a parameter's name: it stands before the message.
package enum AnthropicErrorShape {
    /// - Parameter requestID: What the header `request-id` of the response says, too.
    package static func reply(to problem: IngressProblem, requestID: String?) -> ErrorReply {
        ErrorReply(
            status: self.status(of: problem.kind), problem: problem,
            body: self.body(of: problem, requestID: requestID))
    }

    package static func body(of problem: IngressProblem, requestID: String?) -> JSON {
        let message = problem.path.isBody ? problem.message : "\(problem.path.dotted): \(problem.message)"
        let error: JSON = ["type": .string(self.type(of: problem.kind)), "message": .string(message)]
        var body: JSON = ["type": "error", "error": error]
        if let requestID { body["request_id"] = .string(requestID) }
        return body
    }

    private static func type(of kind: IngressProblem.Kind) -> String {
        switch kind {
        case .malformedBody, .missing, .unknown, .wrongType, .badValue, .tooSmall, .tooLarge, .tooLong, .unsupported,
            .brokenConversation, .methodNotAllowed, .contextTooLong, .contentFiltered, .upstreamRefused:
            "invalid_request_error"
        case .bodyTooLarge: "request_too_large"
        case .notAuthenticated: "authentication_error"
        case .notPermitted: "permission_error"
        case .overBudget: "billing_error"
        case .modelNotFound, .notFound: "not_found_error"
        case .conflict: "conflict_error"
        case .rateLimited, .tokensLimited: "rate_limit_error"
        case .overloaded: "overloaded_error"
        case .timedOut: "timeout_error"
        case .upstreamFailed, .cancelled, .internalError: "api_error"
        }
    }

    private static func status(of kind: IngressProblem.Kind) -> Int {
        switch kind {
        case .malformedBody, .missing, .unknown, .wrongType, .badValue, .tooSmall, .tooLarge, .tooLong, .unsupported,
            .brokenConversation, .contextTooLong, .contentFiltered, .upstreamRefused:
            400
        case .notAuthenticated: 401
        case .overBudget: 402
        case .notPermitted: 403
        case .modelNotFound, .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .bodyTooLarge: 413
        case .rateLimited, .tokensLimited: 429
        case .cancelled: 499
        case .internalError: 500
        case .upstreamFailed: 502
        case .timedOut: 504
        case .overloaded: 529
        }
    }
}
