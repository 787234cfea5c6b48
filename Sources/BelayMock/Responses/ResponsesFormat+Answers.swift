import BelayJSON

extension ResponsesFormat {
    func body(of answer: Answer) -> JSON {
        Self.response(answer, status: Self.status(of: answer.stop), output: Self.parts(of: answer), usage: answer.usage)
    }

    func events(of answer: Answer) -> [StreamEvent] {
        var events = ResponsesEvents()
        let begun = Self.response(answer, status: "in_progress", output: [], usage: nil)
        events.add("response.created", .opening, ["response": begun])
        events.add("response.in_progress", .opening, ["response": begun])
        let parts = Self.parts(of: answer)
        for (index, item) in parts.enumerated() {
            let place: JSON.Object = ["item_id": item["id"] ?? .null, "output_index": JSON(index)]
            switch item["type"] {
            case "message": self.add(item, of: answer, at: place, to: &events)
            case "function_call": self.addCall(item, of: answer, at: place, to: &events)
            default:
                events.add("response.output_item.added", .opening, place, ["item": item])
                events.add("response.output_item.done", .closing, place, ["item": item])
            }
        }
        let status = Self.status(of: answer.stop)
        let response = Self.response(answer, status: status, output: parts, usage: answer.usage)
        events.add("response.\(status)", .terminator, ["response": response])
        return events.all
    }

    private func add(_ item: JSON, of answer: Answer, at place: JSON.Object, to events: inout ResponsesEvents) {
        guard let part = item["content"]?[0] else { return }
        let isRefusal = part["type"] == "refusal"
        let kind = isRefusal ? "response.refusal" : "response.output_text"
        let text = (isRefusal ? part["refusal"] : part["text"])?.stringValue ?? ""
        var opening = item
        opening["content"] = []
        opening["status"] = "in_progress"
        var empty = part
        empty[isRefusal ? "refusal" : "text"] = ""
        let content: JSON.Object = ["content_index": 0]
        events.add("response.output_item.added", .opening, place, ["item": opening])
        events.add("response.content_part.added", .opening, place, content, ["part": empty])
        for piece in answer.pieces(of: text) {
            events.add(
                "\(kind).delta", .content(tokens: MockUsage.tokens(of: piece)), place, content,
                ["delta": .string(piece)])
        }
        events.add("\(kind).done", .closing, place, content, [isRefusal ? "refusal" : "text": .string(text)])
        events.add("response.content_part.done", .closing, place, content, ["part": part])
        events.add("response.output_item.done", .closing, place, ["item": item])
    }

    private func addCall(_ item: JSON, of answer: Answer, at place: JSON.Object, to events: inout ResponsesEvents) {
        let arguments = item["arguments"]?.stringValue ?? ""
        var opening = item
        opening["arguments"] = ""
        opening["status"] = "in_progress"
        events.add("response.output_item.added", .opening, place, ["item": opening])
        for piece in answer.pieces(of: arguments) {
            events.add(
                "response.function_call_arguments.delta", .content(tokens: MockUsage.tokens(of: piece)), place,
                ["delta": .string(piece)])
        }
        events.add("response.function_call_arguments.done", .closing, place, ["arguments": .string(arguments)])
        events.add("response.output_item.done", .closing, place, ["item": item])
    }

    /// The items of the output: thoughts, what is said, calls.
    private static func parts(of answer: Answer) -> [JSON] {
        let status: JSON = answer.stop == .maximumTokens ? "incomplete" : "completed"
        var items: [JSON] = []
        if let thoughts = answer.encryptedThoughts {
            items.append([
                "id": .string("rs_" + answer.id), "type": "reasoning", "summary": [],
                "encrypted_content": .string(thoughts),
            ])
        }
        if let part = Self.part(of: answer) {
            items.append([
                "id": .string("msg_" + answer.id), "type": "message", "status": status, "role": "assistant",
                "content": [part],
            ])
        }
        for call in answer.calls {
            items.append([
                "id": .string("fc_" + call.id), "type": "function_call", "status": status,
                "call_id": .string("call_" + call.id), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ])
        }
        return items
    }

    private static func part(of answer: Answer) -> JSON? {
        if let refusal = answer.refusal, !refusal.isEmpty { return ["type": "refusal", "refusal": .string(refusal)] }
        guard let text = answer.text, !text.isEmpty else { return nil }
        return ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    private static func response(_ answer: Answer, status: String, output: [JSON], usage: MockUsage?) -> JSON {
        [
            "id": .string("resp_" + answer.id), "object": "response", "created_at": .int(answer.created),
            "status": .string(status), "background": false, "error": nil,
            "incomplete_details": status == "incomplete" ? ["reason": .string(Self.reason(answer.stop))] : .null,
            "model": .string(answer.model), "output": .array(output), "parallel_tool_calls": true,
            "previous_response_id": nil, "service_tier": "default", "store": false,
            "usage": usage.map(Self.usage) ?? .null,
        ]
    }

    private static func status(of stop: Answer.Stop) -> String {
        switch stop {
        case .end, .stopSequence, .refusal, .toolCalls: "completed"
        case .maximumTokens, .contentFilter: "incomplete"
        }
    }

    private static func reason(_ stop: Answer.Stop) -> String {
        stop == .contentFilter ? "content_filter" : "max_output_tokens"
    }

    /// Cached tokens are part of the input, reasoning is part of the output.
    private static func usage(_ usage: MockUsage) -> JSON {
        [
            "input_tokens": JSON(usage.totalInput), "input_tokens_details": ["cached_tokens": JSON(usage.cached)],
            "output_tokens": JSON(usage.totalOutput),
            "output_tokens_details": ["reasoning_tokens": JSON(usage.reasoning)],
            "total_tokens": JSON(usage.totalInput + usage.totalOutput),
        ]
    }
}

/// The events of one response, numbered from 0.
private struct ResponsesEvents {
    private(set) var all: [StreamEvent] = []

    mutating func add(_ type: String, _ part: StreamEvent.Part, _ members: JSON.Object...) {
        var data: JSON.Object = ["type": .string(type), "sequence_number": JSON(self.all.count)]
        for (key, value) in members.joined() { data[key] = .some(value) }
        self.all.append(StreamEvent(part: part, name: type, data: JSON.object(data).bytes()))
    }
}
