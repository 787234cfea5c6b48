import BelayCore
import BelayJSON

/// What OpenAI's errors mean, with a status, inside a success, or inside a stream.
struct OpenAIErrors: Sendable {
    let text: ProviderErrorText

    /// A response whose status says that it is no success.
    func failure(status: Int, body: [UInt8], retryAfter: Duration?) -> ModelFailure {
        let error = (try? JSON.parse(body)).flatMap(Self.error)  // Proxies answer with HTML; the status says enough.
        let kind = error.flatMap(Self.kind) ?? StatusMapping.kind(of: status)
        let message = self.message(of: error, fallback: StatusMapping.description(of: status), kind: kind)
        return ModelFailure(kind, status: status, message: message, retryAfter: retryAfter)
    }

    /// An error object where an answer should be; nil when there is none.
    func failure(in json: JSON) -> ModelFailure? {
        guard let error = Self.error(in: json) else { return nil }
        let status = error["code"]?.intValue ?? error["status"]?.intValue
        let byStatus = status.flatMap { (400...599).contains($0) ? StatusMapping.kind(of: $0) : nil }
        let kind = Self.kind(of: error) ?? byStatus ?? .serverError
        return ModelFailure(
            kind, status: byStatus == nil ? nil : status,
            message: self.message(of: error, fallback: "an error inside a success", kind: kind))
    }

    /// An answer that broke off inside a stream or a success, as OpenRouter tells it; nil when there is none.
    func failure(inChoice choice: JSON) -> ModelFailure? {
        if choice["error"]?.objectValue != nil { return self.failure(in: choice) }
        guard choice["finish_reason"]?.stringValue == "error" else { return nil }
        return ModelFailure(.serverError, message: "the answer broke off with an error")
    }

    private static func error(in json: JSON) -> JSON? {
        // Gemini puts its errors into a list.
        guard let error = json["error"] ?? json[0]?["error"], !error.isNull else { return nil }
        // Some local servers send only a text.
        if let text = error.stringValue { return ["message": .string(text)] }
        return error
    }

    /// What the error says itself; nil when only a status can tell. "server_error" is said with several of them.
    private static func kind(of error: JSON) -> ModelFailure.Kind? {
        let words = [error["code"]?.stringValue, error["type"]?.stringValue].compactMap { $0 }
        let message = error["message"]?.stringValue?.lowercased() ?? ""
        if words.contains("context_length_exceeded") || StatusMapping.saysContextIsTooLong(message) {
            return .contextTooLong
        }
        if StatusMapping.saysPrefillIsRefused(message) { return .prefillRefused }
        // Gemini's error for that has the status and the words of any bad request.
        if message.hasPrefix("api key not valid") { return .authentication }
        for word in words {
            switch word {
            case "content_filter", "content_policy_violation", "moderation_blocked": return .contentFiltered
            // A spent balance doesn't come back by waiting: the key is of no use until somebody pays.
            case "insufficient_quota", "billing_hard_limit_reached": return .quotaExhausted
            case "invalid_api_key", "account_deactivated": return .authentication
            case "invalid_prompt": return .contentFiltered
            case "rate_limit_exceeded", "tokens", "requests": return .rateLimited
            case "model_not_found", "unknown_url": return .notFound
            case "overloaded_error", "engine_overloaded": return .overloaded
            default: continue
            }
        }
        return nil
    }

    private func message(of error: JSON?, fallback: String, kind: ModelFailure.Kind) -> String {
        // A vendor's text about a wrong key repeats parts of it.
        guard kind.disposition != .keyFault, let message = error?["message"]?.stringValue, !message.isEmpty else {
            let word = error?["code"]?.stringValue ?? error?["type"]?.stringValue
            return word.map { "\(fallback) (\(self.text.cleaned($0)))" } ?? fallback
        }
        return self.text.cleaned(message)
    }
}
