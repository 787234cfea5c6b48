import BelayJSON

/// Anthropic's Messages API.
struct AnthropicFormat: WireFormat {
    var ping: StreamEvent { StreamEvent(part: .ping, name: "ping", data: JSON.object(["type": "ping"]).bytes()) }

    func headers(requestID: String) -> [(name: String, value: String)] {
        [
            ("request-id", "req_01" + requestID), ("anthropic-organization-id", "belay-mock"),
            ("anthropic-ratelimit-requests-limit", "10000"), ("anthropic-ratelimit-requests-remaining", "9999"),
        ]
    }

    func models(_ names: [String]) -> JSON {
        [
            "data": .array(names.map { self.model($0) }), "has_more": false,
            "first_id": names.first.map(JSON.string) ?? .null, "last_id": names.last.map(JSON.string) ?? .null,
        ]
    }

    func model(_ name: String) -> JSON {
        [
            "type": "model", "id": .string(name), "display_name": .string(name), "created_at": "2023-11-14T22:13:20Z",
        ]
    }

    func status(of problem: ProviderProblem) -> Int {
        switch problem.kind {
        // A spent balance is a bad request here, not a rate limit.
        case .invalidRequest, .contextOverflow, .quotaExhausted: 400
        case .missingKey, .invalidKey: 401
        case .unknownModel, .unknownPath: 404
        case .wrongMethod: 405
        case .tooLarge: 413
        case .rateLimited: 429
        case .serverError: 500
        case .unavailable: 503
        case .overloaded: 529
        }
    }

    func body(of problem: ProviderProblem, requestID: String) -> JSON {
        [
            "type": "error",
            "error": ["type": .string(Self.type(of: problem.kind)), "message": .string(Self.message(of: problem))],
            "request_id": .string("req_01" + requestID),
        ]
    }

    func event(of problem: ProviderProblem, requestID: String) -> StreamEvent {
        StreamEvent(part: .closing, name: "error", data: self.body(of: problem, requestID: requestID).bytes())
    }

    private static func message(of problem: ProviderProblem) -> String {
        problem.parameter.map { "\($0): \(problem.message)" } ?? problem.message
    }

    private static func type(of kind: ProviderProblem.Kind) -> String {
        switch kind {
        case .invalidRequest, .contextOverflow, .quotaExhausted, .wrongMethod: "invalid_request_error"
        case .missingKey, .invalidKey: "authentication_error"
        case .unknownModel, .unknownPath: "not_found_error"
        case .tooLarge: "request_too_large"
        case .rateLimited: "rate_limit_error"
        case .serverError, .unavailable: "api_error"
        case .overloaded: "overloaded_error"
        }
    }
}
