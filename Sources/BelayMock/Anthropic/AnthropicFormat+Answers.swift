import BelayJSON

extension AnthropicFormat {
    func body(of answer: Answer) -> JSON {
        var content: [JSON] = []
        if let text = answer.text ?? answer.refusal, !text.isEmpty {
            content.append(["type": "text", "text": .string(text)])
        }
        content += answer.calls.map { Self.block(of: $0, input: Self.input(of: $0)) }
        return Self.message(
            answer, content: .array(content), stop: .string(Self.stopReason(answer.stop)),
            usage: Self.usage(answer.usage, output: answer.usage.totalOutput))
    }

    func events(of answer: Answer) -> [StreamEvent] {
        // The first event knows the input, and one token of output; the last but one has the whole count, of all kinds.
        let start = Self.message(answer, content: [], stop: .null, usage: Self.usage(answer.usage, output: 1))
        var events = [Self.event(.opening, "message_start", ["message": start])]
        var index = 0
        if let text = answer.text ?? answer.refusal, !text.isEmpty {
            events.append(Self.start(index, block: ["type": "text", "text": ""]))
            events.append(self.ping)
            for piece in answer.pieces(of: text) {
                events.append(Self.delta(index, piece, ["type": "text_delta", "text": .string(piece)]))
            }
            events.append(Self.stop(index))
            index += 1
        }
        for call in answer.calls {
            events.append(Self.start(index, block: Self.block(of: call, input: [:])))
            // Real streams open a call's input with an empty piece.
            for piece in [""] + answer.pieces(of: call.arguments) {
                events.append(Self.delta(index, piece, ["type": "input_json_delta", "partial_json": .string(piece)]))
            }
            events.append(Self.stop(index))
            index += 1
        }
        let delta: JSON = ["stop_reason": .string(Self.stopReason(answer.stop)), "stop_sequence": nil]
        var usage = Self.usage(answer.usage, output: answer.usage.totalOutput)
        usage["service_tier"] = nil
        events.append(Self.event(.closing, "message_delta", ["delta": delta, "usage": usage]))
        events.append(Self.event(.terminator, "message_stop", [:]))
        return events
    }

    private static func message(_ answer: Answer, content: JSON, stop: JSON, usage: JSON) -> JSON {
        [
            "id": .string("msg_01" + answer.id), "type": "message", "role": "assistant", "model": .string(answer.model),
            "content": content, "stop_reason": stop, "stop_sequence": nil, "usage": usage,
        ]
    }

    private static func event(_ part: StreamEvent.Part, _ name: String, _ fields: JSON.Object) -> StreamEvent {
        var data = JSON.Object([(key: "type", value: .string(name))])
        for (key, value) in fields { data[key] = .some(value) }
        return StreamEvent(part: part, name: name, data: JSON.object(data).bytes())
    }

    private static func start(_ index: Int, block: JSON) -> StreamEvent {
        self.event(.opening, "content_block_start", ["index": JSON(index), "content_block": block])
    }

    private static func delta(_ index: Int, _ piece: String, _ delta: JSON) -> StreamEvent {
        let tokens = MockUsage.tokens(of: piece)
        return self.event(.content(tokens: tokens), "content_block_delta", ["index": JSON(index), "delta": delta])
    }

    private static func stop(_ index: Int) -> StreamEvent {
        self.event(.closing, "content_block_stop", ["index": JSON(index)])
    }

    private static func block(of call: Answer.Call, input: JSON) -> JSON {
        ["type": "tool_use", "id": .string("toolu_01" + call.id), "name": .string(call.name), "input": input]
    }

    /// Without streaming the arguments are JSON, not text: text that is no JSON stays a string, which no tool's schema allows.
    private static func input(of call: Answer.Call) -> JSON {
        do {
            return try JSON.parse(call.arguments)
        } catch {
            return .string(call.arguments)
        }
    }

    private static func stopReason(_ stop: Answer.Stop) -> String {
        switch stop {
        case .end: "end_turn"
        case .toolCalls: "tool_use"
        case .maximumTokens: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .contentFilter, .refusal: "refusal"
        }
    }

    /// `input_tokens` excludes what the cache served.
    private static func usage(_ usage: MockUsage, output: Int) -> JSON {
        [
            "input_tokens": JSON(usage.input), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": JSON(usage.cached), "output_tokens": JSON(output), "service_tier": "standard",
        ]
    }
}
