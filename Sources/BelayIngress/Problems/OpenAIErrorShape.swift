import BelayJSON

/// Errors in the form of OpenAI: `{"error": {"message", "type", "param", "code"}}`.
package enum OpenAIErrorShape {
    package static func reply(to problem: IngressProblem) -> ErrorReply {
        ErrorReply(status: self.status(of: problem.kind), problem: problem, body: self.body(of: problem))
    }

    package static func body(of problem: IngressProblem) -> JSON {
        let words = self.words(for: problem.kind)
        let param = problem.path.isBody ? JSON.null : .string(problem.path.bracketed)
        let error: JSON = [
            "message": .string(self.message(of: problem)), "type": .string(words.type), "param": param,
            "code": words.code.map(JSON.string) ?? .null,
        ]
        return ["error": error]
    }

    static func message(of problem: IngressProblem) -> String {
        problem.path.isBody ? problem.message : "Invalid '\(problem.path.bracketed)': \(problem.message)"
    }

    /// The code, where OpenAI has one.
    static func code(of kind: IngressProblem.Kind) -> String? { self.words(for: kind).code }

    private static func words(for kind: IngressProblem.Kind) -> (type: String, code: String?) {
        let invalid = "invalid_request_error"
        return switch kind {
        case .malformedBody, .bodyTooLarge, .brokenConversation, .notFound, .methodNotAllowed, .upstreamRefused:
            (invalid, nil)
        case .missing: (invalid, "missing_required_parameter")
        case .unknown: (invalid, "unknown_parameter")
        case .wrongType: (invalid, "invalid_type")
        case .badValue: (invalid, "invalid_value")
        case .tooSmall: (invalid, "below_min_value")
        case .tooLarge: (invalid, "above_max_value")
        case .tooLong: (invalid, "string_above_max_length")
        case .unsupported: (invalid, "unsupported_parameter")
        case .modelNotFound: (invalid, "model_not_found")
        case .notAuthenticated: (invalid, "invalid_api_key")
        case .notPermitted: (invalid, "insufficient_permissions")
        case .conflict: (invalid, "conflict")
        case .contextTooLong: (invalid, "context_length_exceeded")
        case .contentFiltered: (invalid, "content_filter")
        case .rateLimited: ("requests", "rate_limit_exceeded")
        case .tokensLimited: ("tokens", "rate_limit_exceeded")
        case .overBudget: ("insufficient_quota", "insufficient_quota")
        case .overloaded, .upstreamFailed, .timedOut, .cancelled, .internalError: ("server_error", "server_error")
        }
    }

    private static func status(of kind: IngressProblem.Kind) -> Int {
        switch kind {
        case .malformedBody, .missing, .unknown, .wrongType, .badValue, .tooSmall, .tooLarge, .tooLong, .unsupported,
            .brokenConversation, .contextTooLong, .contentFiltered, .upstreamRefused:
            400
        case .notAuthenticated: 401
        case .notPermitted: 403
        case .modelNotFound, .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .bodyTooLarge: 413
        case .rateLimited, .tokensLimited, .overBudget: 429
        case .cancelled: 499
        case .internalError: 500
        case .upstreamFailed: 502
        case .overloaded: 503
        case .timedOut: 504
        }
    }
}
