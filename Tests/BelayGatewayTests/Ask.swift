import BelayIngress
import BelayJSON
import Testing

/// A question in one of the protocols.
struct Ask: Sendable, CustomTestStringConvertible {
    var wire: IngressProtocol
    var streams: Bool

    static let all = IngressProtocol.allCases.flatMap { [Ask(wire: $0, streams: false), Ask(wire: $0, streams: true)] }

    var testDescription: String { "\(self.wire.rawValue)\(self.streams ? " streamed" : "")" }

    var path: String {
        switch self.wire {
        case .chatCompletions: "/v1/chat/completions"
        case .messages: "/v1/messages"
        case .responses: "/v1/responses"
        }
    }

    /// - Parameter changes: Members that are set, or with nil left out.
    func body(
        _ text: String = "How are you?", model: String = "route/default", with changes: [String: JSON?] = [:]
    ) -> JSON {
        var body: JSON = ["model": .string(model), "stream": .bool(self.streams)]
        switch self.wire {
        case .chatCompletions:
            body["messages"] = [["role": "user", "content": .string(text)]]
            if self.streams { body["stream_options"] = ["include_usage": true] }
        case .messages:
            body["messages"] = [["role": "user", "content": .string(text)]]
            body["max_tokens"] = 200
        case .responses: body["input"] = .string(text)
        }
        for (name, value) in changes { body[name] = value }
        return body
    }

    /// What a client reads as the answer's text.
    func text(of reply: GatewayWorld.Reply) throws -> String {
        guard self.streams else {
            let json = try reply.json
            return switch self.wire {
            case .chatCompletions: json["choices"]?[0]?["message"]?["content"]?.stringValue ?? ""
            case .messages: json["content"]?[0]?["text"]?.stringValue ?? ""
            case .responses: json["output"]?[0]?["content"]?[0]?["text"]?.stringValue ?? ""
            }
        }
        return try reply.events.filter { $0 != "[DONE]" }.map { try JSON.parse($0) }.map { event in
            switch self.wire {
            case .chatCompletions: event["choices"]?[0]?["delta"]?["content"]?.stringValue ?? ""
            case .messages: event["delta"]?["text"]?.stringValue ?? ""
            case .responses:
                event["type"] == "response.output_text.delta" ? event["delta"]?.stringValue ?? "" : ""
            }
        }.joined()
    }

    /// Whether a stream came to the end that only a whole answer has.
    func isWhole(_ reply: GatewayWorld.Reply) throws -> Bool {
        switch self.wire {
        case .chatCompletions: try reply.events.last == "[DONE]"
        case .messages: reply.text.contains("event: message_stop\n")
        case .responses: reply.text.contains("event: response.completed\n")
        }
    }
}
