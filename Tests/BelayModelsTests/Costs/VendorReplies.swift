import BelayJSON
import BelayModels

/// The bytes with which vendors answer, as their API references show them, with a usage of one's choice.
struct VendorReplies: Sendable {
    /// Whose words they are.
    enum Vendor: String, Sendable, CaseIterable {
        case openAI = "openai"
        case responses = "openai-responses"
        case anthropic, azure
        case openRouter = "openrouter"
        case gemini
        case deepSeek = "deepseek"
        case mistral
        case xAI = "xai"
        case embeddings

        var kind: ProviderSettings.Kind {
            switch self {
            case .openAI, .deepSeek, .mistral, .xAI, .embeddings: .openAI
            case .responses: .openAIResponses
            case .anthropic: .anthropic
            case .azure: .azure
            case .openRouter: .openRouter
            case .gemini: .gemini
            }
        }
    }

    static let text = "Hello! How can I help you today?"

    let vendor: Vendor
    let model: String

    /// A whole answer. Nil leaves the usage out.
    func answer(_ usage: JSON?) -> String { Self.http(self.body(usage).serialized(), type: "application/json") }

    /// - Parameters:
    ///   - cutAfter: So many events are sent, and the connection ends in the middle of the body.
    ///   - late: Events after the last one.
    func stream(_ usage: JSON?, cutAfter: Int? = nil, late: [String] = []) -> String {
        let events = self.events(usage) + late
        let text = events.prefix(cutAfter ?? events.count).joined()
        return Self.http(text, type: "text/event-stream", missing: cutAfter == nil ? 0 : 100)
    }

    /// Events of a stream that goes on for ever.
    func beginning(_ usage: JSON?, events: Int) -> String {
        Self.http(self.events(usage).prefix(events).joined(), type: "text/event-stream", missing: 1 << 20)
    }

    /// - Parameter missing: So many bytes more are announced than come.
    static func http(_ body: String, status: String = "200 OK", type: String, missing: Int = 0) -> String {
        "HTTP/1.1 \(status)\r\ncontent-type: \(type)\r\ncontent-length: \(body.utf8.count + missing)\r\n"
            + "connection: close\r\n\r\n\(body)"
    }

    static func error(_ status: String) -> String {
        Self.http(#"{"error":{"message":"not now","type":"server_error"}}"#, status: status, type: "application/json")
    }

    private func body(_ usage: JSON?) -> JSON {
        var body: JSON
        switch self.vendor {
        case .anthropic:
            body = [
                "id": "msg_013Zva2CMHLNnjNjJJKqJ2EF", "type": "message", "role": "assistant",
                "model": .string(self.model), "content": [["type": "text", "text": .string(Self.text)]],
                "stop_reason": "end_turn", "stop_sequence": .null,
            ]
        case .responses: body = self.response("completed", usage: nil)
        case .embeddings:
            body = [
                "object": "list", "data": [["object": "embedding", "index": 0, "embedding": [0.5, -0.5]]],
                "model": .string(self.model),
            ]
        case .openAI, .azure, .openRouter, .gemini, .deepSeek, .mistral, .xAI:
            var message: JSON = ["role": "assistant", "content": .string(Self.text), "refusal": .null]
            if self.vendor == .deepSeek { message["reasoning_content"] = "They greet me." }
            var choice: JSON = ["index": 0, "message": message, "logprobs": .null, "finish_reason": "stop"]
            if self.vendor == .azure { choice["content_filter_results"] = ["hate": ["filtered": false]] }
            body = [
                "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": 1_741_569_952,
                "model": .string(self.model), "choices": [choice],
            ]
            if self.vendor == .openRouter { body["provider"] = "OpenAI" }
        }
        body["usage"] = usage
        return body
    }

    private func response(_ status: String, usage: JSON?) -> JSON {
        let message: JSON = [
            "type": "message", "id": "msg_67ccd2bf17f0", "status": "completed", "role": "assistant",
            "content": [["type": "output_text", "text": .string(Self.text), "annotations": []]],
        ]
        var response: JSON = [
            "id": "resp_67ccd2bed1ec", "object": "response", "status": .string(status), "error": .null,
            "model": .string(self.model), "output": status == "completed" ? [message] : [],
        ]
        if let usage { response["usage"] = usage }
        return response
    }

    /// Each with the blank line after it.
    func events(_ usage: JSON?) -> [String] {
        switch self.vendor {
        case .anthropic: self.anthropicEvents(usage)
        case .responses: self.responsesEvents(usage)
        default: self.chunks(usage)
        }
    }

    static func event(_ json: JSON) -> String {
        let name = json["type"]?.stringValue.map { "event: \($0)\n" } ?? ""
        return "\(name)data: \(json.serialized())\n\n"
    }

    /// The input is told at the start, with the first token; the end tells the output.
    private func anthropicEvents(_ usage: JSON?) -> [String] {
        var start: JSON = [
            "id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyy", "type": "message", "role": "assistant",
            "model": .string(self.model), "content": [], "stop_reason": .null, "stop_sequence": .null,
        ]
        if var first = usage {
            if first["output_tokens"]?.intValue != nil { first["output_tokens"] = 1 }
            if first.objectValue != nil { first["output_tokens_details"] = nil }
            start["usage"] = first
        }
        var end: JSON = ["type": "message_delta", "delta": ["stop_reason": "end_turn", "stop_sequence": .null]]
        if let usage {
            var last: JSON = [:]
            last["output_tokens"] = usage["output_tokens"]
            last["output_tokens_details"] = usage["output_tokens_details"]
            end["usage"] = usage.objectValue == nil ? usage : last
        }
        return [
            ["type": "message_start", "message": start],
            ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
            ["type": "ping"],
            ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(Self.text)]],
            ["type": "content_block_stop", "index": 0], end, ["type": "message_stop"],
        ].map(Self.event)
    }

    private func responsesEvents(_ usage: JSON?) -> [String] {
        let item: JSON = ["type": "message", "id": "msg_1", "role": "assistant", "content": []]
        return [
            ["type": "response.created", "response": self.response("in_progress", usage: .null)],
            ["type": "response.output_item.added", "output_index": 0, "item": item],
            [
                "type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
                "delta": .string(Self.text),
            ],
            ["type": "response.completed", "response": self.response("completed", usage: usage)],
        ].map(Self.event)
    }

    /// OpenAI sends the usage in a chunk of its own; some others with the reason to finish.
    private func chunks(_ usage: JSON?) -> [String] {
        func chunk(_ choices: JSON, _ usage: JSON?) -> String {
            var chunk: JSON = [
                "id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1_694_268_190,
                "model": .string(self.model), "choices": choices,
            ]
            if let usage { chunk["usage"] = usage }
            return Self.event(chunk)
        }
        func choice(_ delta: JSON, finish: JSON = .null) -> JSON {
            [["index": 0, "delta": delta, "logprobs": .null, "finish_reason": finish]]
        }
        let none: JSON? = self.vendor == .openAI ? .null : nil
        let content = chunk(choice(["content": .string(Self.text)]), none)
        var events = [chunk(choice(["role": "assistant", "content": ""]), none), content]
        switch self.vendor {
        case .gemini, .deepSeek, .mistral: events.append(chunk(choice([:], finish: "stop"), usage))
        default:
            events.append(chunk(choice([:], finish: "stop"), none))
            if let usage { events.append(chunk([], usage)) }
        }
        if self.vendor == .azure {
            let filter: JSON = [
                "id": "", "model": "", "choices": [],
                "prompt_filter_results": [["prompt_index": 0, "content_filter_results": [:]]],
            ]
            events.insert(Self.event(filter), at: 0)
        }
        if self.vendor == .openRouter { events.insert(": OPENROUTER PROCESSING\n\n", at: 0) }
        return events + ["data: [DONE]\n\n"]
    }
}
