import BelayCore
import BelayJSON

/// What Anthropic's errors mean, with a status, inside a success, or inside a stream.
struct AnthropicErrors: Sendable {
    let text: ProviderErrorText

    /// A response whose status says that it is no success.
    func failure(status: Int, body: [UInt8], retryAfter: Duration?) -> ModelFailure {
        let error = (try? JSON.parse(body))?["error"]  // Proxies answer with HTML; the status says enough.
        let kind = error.flatMap(Self.kind) ?? StatusMapping.kind(of: status)
        let message = self.message(of: error, fallback: StatusMapping.description(of: status), kind: kind)
        return ModelFailure(kind, status: status, message: message, retryAfter: retryAfter)
    }

    /// An error object where an answer or an event should be; nil when there is none.
    func failure(in json: JSON) -> ModelFailure? {
        guard json["type"]?.stringValue == "error" || json["error"]?.objectValue != nil else { return nil }
        let error = json["error"]
        let kind = error.flatMap(Self.kind) ?? .serverError
        return ModelFailure(kind, message: self.message(of: error, fallback: "an error inside a success", kind: kind))
    }

    /// What the error says itself; nil when only a status can tell.
    private static func kind(of error: JSON) -> ModelFailure.Kind? {
        let message = error["message"]?.stringValue?.lowercased() ?? ""
        if StatusMapping.saysContextIsTooLong(message) { return .contextTooLong }
        if StatusMapping.saysPrefillIsRefused(message) { return .prefillRefused }
        switch error["type"]?.stringValue {
        // A spent balance doesn't come back by waiting: the key is of no use until somebody pays.
        case "invalid_request_error" where message.contains("credit balance") || message.contains("billing"):
            return .quotaExhausted
        case "billing_error": return .quotaExhausted
        case "invalid_request_error" where message.contains("content filtering policy"): return .contentFiltered
        case "authentication_error", "permission_error": return .authentication
        case "not_found_error": return .notFound
        case "request_too_large": return .contextTooLong
        case "rate_limit_error": return .rateLimited
        case "overloaded_error": return .overloaded
        case "timeout_error": return .serverError
        // These two cover several statuses, which tell more.
        case "api_error", "invalid_request_error": return nil
        default: return nil
        }
    }

    private func message(of error: JSON?, fallback: String, kind: ModelFailure.Kind) -> String {
        // A vendor's text about a wrong key may repeat parts of it.
        guard kind.disposition != .keyFault, let message = error?["message"]?.stringValue, !message.isEmpty else {
            return error?["type"]?.stringValue.map { "\(fallback) (\(self.text.cleaned($0)))" } ?? fallback
        }
        return self.text.cleaned(message)
    }
}
