/// What can go wrong on purpose. `docs/mock.md` has the catalogue with what a client sees.
enum FaultKind: String, Sendable, CaseIterable {
    case refused
    case resetBeforeHeaders = "reset_before_headers"
    case resetInHeaders = "reset_in_headers"
    case silence
    case slowFirstToken = "slow_first_token"
    case stall
    case cut
    case missingTerminator = "missing_terminator"
    case malformedChunk = "malformed_chunk"
    case malformedJSON = "malformed_json"
    case emptyAnswer = "empty_answer"
    case errorIn200 = "error_in_200"
    case htmlIn200 = "html_in_200"
    case wrongContentType = "wrong_content_type"
    case truncatedArguments = "truncated_arguments"
    case invalidArguments = "invalid_arguments"
    case unknownTool = "unknown_tool"
    case fabricatedSuccess = "fabricated_success"
    case contentFilter = "content_filter"
    case refusal
    case contextOverflow = "context_overflow"
    case prefillRefused = "prefill_refused"
    case rateLimited = "rate_limited"
    case quotaExhausted = "quota_exhausted"
    case unauthorized
    case serverError = "server_error"
    case unavailable
    case overloaded
    case flapping

    /// Whether the fault can be seen in an answer of this kind; one that cannot is not drawn.
    func applies(to situation: FaultSituation) -> Bool {
        switch self {
        case .truncatedArguments, .invalidArguments, .unknownTool, .fabricatedSuccess: situation.callsTools
        case .missingTerminator: situation.streams
        case .prefillRefused: situation.isPrefilled
        // The listener does this one: a request that arrived was not refused.
        case .refused: false
        default: true
        }
    }
}

/// What a fault may depend on.
struct FaultSituation: Sendable {
    var model: String
    var streams: Bool
    /// The answer would call at least one tool.
    var callsTools: Bool
    /// The conversation ends with an answer that was begun for the model.
    var isPrefilled = false
}
