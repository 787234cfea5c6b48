import BelayCore
import BelayJSON

/// How a response ended, at once or at the end of its stream.
enum OpenAIResponsesStatus {
    /// - Parameter hasRefusal: A part of the answer is a refusal.
    /// - Throws: `ModelFailure` for a response that failed, or that hasn't ended.
    static func reason(
        of response: JSON, hasRefusal: Bool, errors: OpenAIErrors
    ) throws(ModelFailure) -> StopReason {
        switch response["status"]?.stringValue {
        case "completed"?: return hasRefusal ? .refused : .endTurn
        case "incomplete"?:
            switch response["incomplete_details"]?["reason"]?.stringValue {
            case "max_output_tokens"?: return .maxTokens
            case "content_filter"?: return .refused
            default: return .other
            }
        case "failed"?:
            throw errors.failure(in: response) ?? ModelFailure(.serverError, message: "the response failed")
        case let status?:
            throw ModelFailure(.malformedResponse, message: "the response is \(status.prefix(50)), which is no end")
        case nil: throw ModelFailure(.malformedResponse, message: "the response has no status")
        }
    }

    /// The vendor's own tools and those without a schema: they are kept as calls of tools, so that an answer of nothing
    /// else isn't taken for an empty one. They only come when a client's own body asked for them.
    ///
    /// - Returns: Nil for items that are no calls.
    static func otherCall(_ item: JSON) -> (id: String, name: String)? {
        guard let type = item["type"]?.stringValue, type.hasSuffix("_call") || type.hasSuffix("_request"),
            let id = item["call_id"]?.stringValue ?? item["id"]?.stringValue, !id.isEmpty
        else { return nil }
        return (id, item["name"]?.stringValue ?? type)
    }

    /// The texts of a reasoning item: its summary, or the thoughts themselves where a server tells them.
    static func thoughts(of item: JSON) -> [String] {
        let parts = (item["summary"]?.arrayValue ?? []) + (item["content"]?.arrayValue ?? [])
        return parts.compactMap { $0["text"]?.stringValue }.filter { !$0.isEmpty }
    }
}
