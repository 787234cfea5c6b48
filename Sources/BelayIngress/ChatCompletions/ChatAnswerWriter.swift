import BelayCore
import BelayJSON

/// Writes an answer as a chat completion.
///
/// The protocol has one text and a list of calls: several texts are joined. Reasoning goes into `reasoning_content`,
/// which is not OpenAI's own but what other servers of this protocol use and clients read.
package struct ChatAnswerWriter: Sendable {
    let stamp: AnswerStamp

    package init(stamp: AnswerStamp) { self.stamp = stamp }

    package func body(of answer: ModelAnswer, to request: IngressRequest) -> [UInt8] {
        let choice: JSON = [
            "index": 0, "message": Self.message(answer), "logprobs": nil,
            "finish_reason": .string(Self.finishReason(answer.stopReason, hasToolCalls: !answer.toolCalls.isEmpty)),
        ]
        let body: JSON = [
            "id": .string(Self.id(self.stamp)), "object": "chat.completion", "created": .int(self.stamp.seconds),
            "model": .string(answer.model.isEmpty ? request.model : answer.model), "choices": [choice],
            "usage": OpenAIUsage.chat(answer.usage),
        ]
        return body.bytes()
    }

    static func id(_ stamp: AnswerStamp) -> String { "chatcmpl-\(stamp.token)" }

    /// The tool calls are believed more than the stop reason.
    static func finishReason(_ reason: StopReason, hasToolCalls: Bool) -> String {
        switch reason {
        case .maxTokens: "length"
        case .refused: "content_filter"
        case .endTurn, .toolUse, .stopSequence, .other: hasToolCalls ? "tool_calls" : "stop"
        }
    }

    private static func message(_ answer: ModelAnswer) -> JSON {
        let calls = answer.toolCalls
        let text = answer.text
        var message: JSON.Object = ["role": "assistant"]
        message["content"] = text.isEmpty && !calls.isEmpty ? .some(.null) : .string(text)
        message["refusal"] = .some(.null)
        message["annotations"] = []
        let reasoning = answer.content.map { part in
            if case .reasoning(let reasoning) = part { reasoning.text } else { "" }
        }.joined()
        if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
        if !calls.isEmpty { message["tool_calls"] = .array(calls.map(Self.call)) }
        return .object(message)
    }

    private static func call(_ call: ToolCall) -> JSON {
        let function: JSON = ["name": .string(call.name), "arguments": .string(call.arguments)]
        return ["id": .string(call.id), "type": "function", "function": function]
    }
}
