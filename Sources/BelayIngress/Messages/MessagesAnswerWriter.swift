import BelayCore
import BelayJSON

/// Writes an answer as one of Anthropic's messages.
package struct MessagesAnswerWriter: Sendable {
    let stamp: AnswerStamp

    package init(stamp: AnswerStamp) { self.stamp = stamp }

    package func body(of answer: ModelAnswer, to request: IngressRequest) -> [UInt8] {
        let model = answer.model.isEmpty ? request.model : answer.model
        let stop = MessagesStop(answer.stopReason, answer.stopSequence, hasToolCalls: !answer.toolCalls.isEmpty)
        return Self.message(
            id: Self.id(self.stamp), model: model, content: answer.content.compactMap(Self.block),
            stop: stop, usage: answer.usage
        ).bytes()
    }

    /// The answer of `POST /v1/messages/count_tokens`.
    package static func body(ofCount inputTokens: Int) -> [UInt8] {
        let body: JSON = ["input_tokens": JSON(inputTokens)]
        return body.bytes()
    }

    static func id(_ stamp: AnswerStamp) -> String { "msg_\(stamp.token)" }

    /// - Parameter stop: Nil while the answer is being written.
    static func message(id: String, model: String, content: [JSON], stop: MessagesStop?, usage: Usage) -> JSON {
        var message: JSON.Object = [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": .array(content),
        ]
        for (key, value) in stop?.members ?? MessagesStop.none { message[key] = value }
        message["usage"] = AnthropicUsage.json(usage)
        return .object(message)
    }

    private static func block(_ part: Content) -> JSON? {
        switch part {
        case .text(let text): ["type": "text", "text": .string(text), "citations": nil]
        case .reasoning(let reasoning):
            if let data = reasoning.redactedData {
                ["type": "redacted_thinking", "data": .string(data)]
            } else {
                [
                    "type": "thinking", "thinking": .string(reasoning.text),
                    "signature": .string(reasoning.signature ?? ""),
                ]
            }
        case .toolCall(let call):
            [
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": Self.input(call.arguments),
            ]
        // A model doesn't answer with these.
        case .toolResult, .image, .file: nil
        }
    }

    /// An input has to be an object. What is none goes under a key of its own, so that nothing is lost.
    private static func input(_ arguments: String) -> JSON {
        let parsed = try? JSON.parse(arguments)  // Why it is no JSON is for the client's tool to say.
        if let parsed, parsed.objectValue != nil { return parsed }
        return arguments.allSatisfy(\.isWhitespace) ? [:] : ["invalid_json": .string(arguments)]
    }
}
