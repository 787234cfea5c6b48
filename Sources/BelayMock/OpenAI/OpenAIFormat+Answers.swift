import BelayJSON

extension OpenAIFormat {
    func body(of answer: Answer) -> JSON {
        if let embeddings = answer.embeddings {
            return Self.body(
                of: embeddings.vectors, isBase64: embeddings.isBase64, model: answer.model,
                tokens: answer.usage.totalInput)
        }
        var message: JSON = [
            "role": "assistant", "content": answer.text.map(JSON.string) ?? .null,
            "refusal": answer.refusal.map(JSON.string) ?? .null, "annotations": [],
        ]
        if !answer.calls.isEmpty {
            message["tool_calls"] = .array(answer.calls.map { Self.call($0, arguments: $0.arguments) })
        }
        let choice: JSON = [
            "index": 0, "message": message, "logprobs": nil, "finish_reason": .string(Self.finishReason(answer.stop)),
        ]
        return [
            "id": .string("chatcmpl-" + answer.id), "object": "chat.completion", "created": .int(answer.created),
            "model": .string(answer.model), "choices": [choice], "usage": Self.usage(answer.usage),
            "service_tier": "default", "system_fingerprint": "fp_belaymock1",
        ]
    }

    func events(of answer: Answer) -> [StreamEvent] {
        var events = [self.chunk(answer, .opening, delta: ["role": "assistant", "content": "", "refusal": nil])]
        for piece in answer.pieces(of: answer.text ?? "") {
            events.append(self.content(answer, piece, delta: ["content": .string(piece)]))
        }
        for piece in answer.pieces(of: answer.refusal ?? "") {
            events.append(self.content(answer, piece, delta: ["refusal": .string(piece)]))
        }
        for (index, call) in answer.calls.enumerated() {
            var opening = Self.call(call, arguments: "")
            opening["index"] = .int(Int64(index))
            events.append(self.content(answer, call.name, delta: ["tool_calls": [opening]]))
            for piece in answer.pieces(of: call.arguments) {
                let delta: JSON = ["index": .int(Int64(index)), "function": ["arguments": .string(piece)]]
                events.append(self.content(answer, piece, delta: ["tool_calls": [delta]]))
            }
        }
        events.append(self.chunk(answer, .closing, delta: [:], finish: Self.finishReason(answer.stop)))
        if answer.includesUsage { events.append(self.usageChunk(answer)) }
        events.append(StreamEvent(part: .terminator, name: nil, data: Array("[DONE]".utf8)))
        return events
    }

    private func content(_ answer: Answer, _ piece: String, delta: JSON) -> StreamEvent {
        self.chunk(answer, .content(tokens: MockUsage.tokens(of: piece)), delta: delta)
    }

    private func chunk(_ answer: Answer, _ part: StreamEvent.Part, delta: JSON, finish: String? = nil) -> StreamEvent {
        let choice: JSON = [
            "index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish.map(JSON.string) ?? .null,
        ]
        return self.event(answer, part, choices: [choice], usage: nil)
    }

    /// Usage comes in a chunk of its own, after the last choice; all the others then carry `"usage": null`.
    private func usageChunk(_ answer: Answer) -> StreamEvent {
        self.event(answer, .closing, choices: [], usage: Self.usage(answer.usage))
    }

    private func event(_ answer: Answer, _ part: StreamEvent.Part, choices: JSON, usage: JSON?) -> StreamEvent {
        var chunk: JSON = [
            "id": .string("chatcmpl-" + answer.id), "object": "chat.completion.chunk", "created": .int(answer.created),
            "model": .string(answer.model), "service_tier": "default", "system_fingerprint": "fp_belaymock1",
            "choices": choices,
        ]
        if answer.includesUsage { chunk["usage"] = .some(usage ?? .null) }
        return StreamEvent(part: part, name: nil, data: chunk.bytes())
    }

    private static func call(_ call: Answer.Call, arguments: String) -> JSON {
        [
            "id": .string("call_" + call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(arguments)],
        ]
    }

    private static func finishReason(_ stop: Answer.Stop) -> String {
        switch stop {
        case .end, .stopSequence, .refusal: "stop"
        case .toolCalls: "tool_calls"
        case .maximumTokens: "length"
        case .contentFilter: "content_filter"
        }
    }

    /// Cached tokens are part of `prompt_tokens`, reasoning is part of `completion_tokens`.
    private static func usage(_ usage: MockUsage) -> JSON {
        [
            "prompt_tokens": JSON(usage.totalInput), "completion_tokens": JSON(usage.totalOutput),
            "total_tokens": JSON(usage.totalInput + usage.totalOutput),
            "prompt_tokens_details": ["cached_tokens": JSON(usage.cached), "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": JSON(usage.reasoning), "audio_tokens": 0, "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            ],
        ]
    }
}
