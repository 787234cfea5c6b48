import BelayJSON

/// OpenAI's chat completions, which most other vendors and local servers speak too.
struct OpenAIFormat: WireFormat {
    var ping: StreamEvent { StreamEvent(part: .ping, name: nil, data: []) }

    func headers(requestID: String) -> [(name: String, value: String)] {
        [
            ("x-request-id", "req_" + requestID), ("openai-version", "2020-10-01"),
            ("openai-organization", "belay-mock"), ("openai-processing-ms", "1"),
            ("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-reset-requests", "6ms"),
        ]
    }

    func models(_ names: [String]) -> JSON {
        ["object": "list", "data": .array(names.map { self.model($0) })]
    }

    func model(_ name: String) -> JSON {
        ["id": .string(name), "object": "model", "created": 1_700_000_000, "owned_by": "belay-mock"]
    }

    func status(of problem: ProviderProblem) -> Int {
        switch problem.kind {
        case .invalidRequest, .contextOverflow: 400
        case .missingKey, .invalidKey: 401
        case .unknownModel, .unknownPath: 404
        case .wrongMethod: 405
        case .tooLarge: 413
        case .rateLimited, .quotaExhausted: 429
        case .serverError: 500
        case .unavailable: 503
        case .overloaded: 529
        }
    }

    func body(of problem: ProviderProblem, requestID: String) -> JSON {
        let (type, code) = Self.typeAndCode(of: problem.kind)
        return [
            "error": [
                "message": .string(problem.message), "type": .string(type),
                "param": problem.parameter.map(JSON.string) ?? .null, "code": code.map(JSON.string) ?? .null,
            ]
        ]
    }

    func event(of problem: ProviderProblem, requestID: String) -> StreamEvent {
        StreamEvent(part: .closing, name: nil, data: self.body(of: problem, requestID: requestID).bytes())
    }

    private static func typeAndCode(of kind: ProviderProblem.Kind) -> (type: String, code: String?) {
        switch kind {
        case .invalidRequest, .missingKey, .wrongMethod, .tooLarge: ("invalid_request_error", nil)
        case .invalidKey: ("invalid_request_error", "invalid_api_key")
        case .unknownModel: ("invalid_request_error", "model_not_found")
        case .unknownPath: ("invalid_request_error", "unknown_url")
        case .contextOverflow: ("invalid_request_error", "context_length_exceeded")
        case .rateLimited: ("requests", "rate_limit_exceeded")
        case .quotaExhausted: ("insufficient_quota", "insufficient_quota")
        case .serverError, .unavailable, .overloaded: ("server_error", nil)
        }
    }
}
