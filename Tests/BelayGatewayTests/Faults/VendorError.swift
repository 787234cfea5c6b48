import BelayJSON

/// An error as clients of each protocol know it from its vendor.
enum VendorError: Sendable {
    case rateLimited, overloaded, failed, timedOut, tooLong, filtered

    /// Status, type, and OpenAI's code.
    func shape(for ask: Ask) -> (status: Int, type: String, code: String?) {
        let isAnthropic = ask.wire == .messages
        let invalid = "invalid_request_error"
        return switch self {
        case .rateLimited where isAnthropic: (429, "rate_limit_error", nil)
        case .rateLimited: (429, "requests", "rate_limit_exceeded")
        case .overloaded where isAnthropic: (529, "overloaded_error", nil)
        case .overloaded: (503, "server_error", "server_error")
        case .failed where isAnthropic: (502, "api_error", nil)
        case .failed: (502, "server_error", "server_error")
        case .timedOut where isAnthropic: (504, "timeout_error", nil)
        case .timedOut: (504, "server_error", "server_error")
        case .tooLong: (400, invalid, isAnthropic ? nil : "context_length_exceeded")
        case .filtered: (400, invalid, isAnthropic ? nil : "content_filter")
        }
    }

    /// What is wrong with an answer that should be this error; nil when nothing is.
    func mismatch(_ reply: GatewayWorld.Reply, to ask: Ask) throws -> String? {
        let shape = self.shape(for: ask)
        guard reply.status == shape.status else { return "the status is \(reply.status), not \(shape.status)" }
        guard reply.headers["content-type"] == "application/json" else { return "it is no JSON" }
        let json = try reply.json
        let error = json["error"]
        guard error?["type"]?.stringValue == shape.type else { return "the type is not \(shape.type): \(reply.text)" }
        guard error?["message"]?.stringValue?.isEmpty == false else { return "it has no message" }
        guard reply.headers["x-should-retry"] == "false" else { return "it invites the client to multiply retries" }
        if ask.wire == .messages {
            return json["type"] == "error" && json["request_id"]?.stringValue == reply.headers["request-id"]
                ? nil : "it isn't in Anthropic's form: \(reply.text)"
        }
        return error?["code"]?.stringValue == shape.code
            ? nil : "the code is not \(shape.code ?? "null"): \(reply.text)"
    }
}
