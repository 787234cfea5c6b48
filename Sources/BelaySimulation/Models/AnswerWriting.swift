import BelayJSON

/// Answers in the protocols of the two vendors.
enum AnswerWriting {
    static func whole(_ answer: Vendors.Answer, as kind: VendorKind) -> [UInt8] {
        switch kind {
        case .openAI: Self.openAI(answer).bytes()
        case .anthropic: Self.anthropic(answer).bytes()
        }
    }

    /// One element an event of the stream.
    static func stream(_ answer: Vendors.Answer, as kind: VendorKind) -> [[UInt8]] {
        switch kind {
        case .openAI:
            return (Self.openAIChunks(answer).map { $0.serialized() } + ["[DONE]"]).map {
                Array("data: \($0)\n\n".utf8)
            }
        case .anthropic:
            return Self.anthropicEvents(answer).map { event in
                let type = event["type"]?.stringValue ?? ""
                return Array("event: \(type)\ndata: \(event.serialized())\n\n".utf8)
            }
        }
    }

    // MARK: OpenAI

    private static func openAI(_ answer: Vendors.Answer) -> JSON {
        var message: JSON = ["role": "assistant", "content": .string(answer.text)]
        if !answer.calls.isEmpty {
            message["tool_calls"] = .array(answer.calls.map { Self.openAICall($0, $0.arguments.serialized()) })
        }
        return [
            "id": .string("answer-\(answer.number)"), "model": "m",
            "choices": [["index": 0, "message": message, "finish_reason": .string(Self.openAIFinish(answer))]],
            "usage": Self.openAIUsage(answer),
        ]
    }

    private static func openAIChunks(_ answer: Vendors.Answer) -> [JSON] {
        func chunk(_ delta: JSON, finish: JSON = .null) -> JSON {
            [
                "id": .string("answer-\(answer.number)"), "model": "m",
                "choices": [["index": 0, "delta": delta, "finish_reason": finish]],
            ]
        }
        let words = answer.words.map { chunk(["content": .string($0)]) }
        let calls = answer.calls.enumerated().flatMap { index, call in
            var opening = Self.openAICall(call, "")
            opening["index"] = .int(Int64(index))
            let rest: JSON = [
                "index": .int(Int64(index)), "function": ["arguments": .string(call.arguments.serialized())],
            ]
            return [chunk(["tool_calls": [opening]]), chunk(["tool_calls": [rest]])]
        }
        let end = chunk([:], finish: .string(Self.openAIFinish(answer)))
        let usage: JSON = [
            "id": .string("answer-\(answer.number)"), "model": "m", "choices": [], "usage": Self.openAIUsage(answer),
        ]
        return [chunk(["role": "assistant", "content": ""])] + words + calls + [end, usage]
    }

    private static func openAICall(_ call: Vendors.Answer.Call, _ arguments: String) -> JSON {
        [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(arguments)],
        ]
    }

    private static func openAIFinish(_ answer: Vendors.Answer) -> String {
        answer.isCut ? "length" : answer.calls.isEmpty ? "stop" : "tool_calls"
    }

    private static func openAIUsage(_ answer: Vendors.Answer) -> JSON {
        [
            "prompt_tokens": .int(Int64(answer.usage.freshInput)),
            "completion_tokens": .int(Int64(answer.usage.output)),
        ]
    }

    // MARK: Anthropic

    private static func anthropic(_ answer: Vendors.Answer) -> JSON {
        let calls: [JSON] = answer.calls.map {
            ["type": "tool_use", "id": .string($0.id), "name": .string($0.name), "input": $0.arguments]
        }
        return [
            "id": .string("answer-\(answer.number)"), "type": "message", "role": "assistant", "model": "m",
            "content": .array([["type": "text", "text": .string(answer.text)]] + calls),
            "stop_reason": .string(Self.anthropicStop(answer)), "usage": Self.anthropicUsage(answer),
        ]
    }

    private static func anthropicEvents(_ answer: Vendors.Answer) -> [JSON] {
        var events: [JSON] = [
            [
                "type": "message_start",
                "message": [
                    "id": .string("answer-\(answer.number)"), "model": "m",
                    "usage": ["input_tokens": .int(Int64(answer.usage.freshInput)), "output_tokens": 1],
                ],
            ],
            ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
        ]
        events += answer.words.map {
            ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string($0)]]
        }
        events.append(["type": "content_block_stop", "index": 0])
        for (index, call) in answer.calls.enumerated() {
            let place = JSON.int(Int64(index + 1))
            events += [
                [
                    "type": "content_block_start", "index": place,
                    "content_block": [
                        "type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": [:],
                    ],
                ],
                [
                    "type": "content_block_delta", "index": place,
                    "delta": ["type": "input_json_delta", "partial_json": .string(call.arguments.serialized())],
                ],
                ["type": "content_block_stop", "index": place],
            ]
        }
        events.append([
            "type": "message_delta", "delta": ["stop_reason": .string(Self.anthropicStop(answer))],
            "usage": Self.anthropicUsage(answer),
        ])
        return events + [["type": "message_stop"]]
    }

    private static func anthropicStop(_ answer: Vendors.Answer) -> String {
        answer.isCut ? "max_tokens" : answer.calls.isEmpty ? "end_turn" : "tool_use"
    }

    private static func anthropicUsage(_ answer: Vendors.Answer) -> JSON {
        ["input_tokens": .int(Int64(answer.usage.freshInput)), "output_tokens": .int(Int64(answer.usage.output))]
    }
}
