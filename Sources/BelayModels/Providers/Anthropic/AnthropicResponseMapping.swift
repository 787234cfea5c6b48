import BelayCore
import BelayJSON

/// An answer that came at once.
struct AnthropicResponseMapping: Sendable {
    let origin: String
    let errors: AnthropicErrors

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        let json: JSON
        do {
            json = try JSON.parse(body)
        } catch {
            throw ModelFailure(.malformedResponse, message: "the response is not JSON: \(error.reason)")
        }
        if let failure = self.errors.failure(in: json) { throw failure }
        guard let blocks = json["content"]?.arrayValue else {
            throw ModelFailure(.malformedResponse, message: "the response has no content")
        }
        let usage = AnthropicUsageMapping.usage(json["usage"])
        guard let stop = json["stop_reason"]?.stringValue else {
            throw ModelFailure(
                .malformedResponse, message: "the response has no stop_reason", usage: usage.ifReported)
        }
        return try Answers.checked(
            ModelAnswer(
                content: try self.content(of: blocks), stopReason: Self.reason(stop),
                stopSequence: json["stop_sequence"]?.stringValue, usage: usage,
                model: json["model"]?.stringValue ?? "", responseID: json["id"]?.stringValue))
    }

    static func reason(_ stop: String) -> StopReason {
        switch stop {
        case "end_turn": .endTurn
        case "tool_use": .toolUse
        case "max_tokens", "model_context_window_exceeded": .maxTokens
        case "stop_sequence": .stopSequence
        case "refusal": .refused
        default: .other
        }
    }

    private func content(of blocks: [JSON]) throws(ModelFailure) -> [Content] {
        var builder = ContentBuilder(origin: self.origin)
        var calls = 0
        for block in blocks {
            switch block["type"]?.stringValue {
            case "text": builder.appendText(block["text"]?.stringValue ?? "")
            case "thinking":
                builder.appendReasoning(block["thinking"]?.stringValue ?? "")
                builder.signReasoning(block["signature"]?.stringValue ?? "")
            case "redacted_thinking":
                builder.signReasoning(Reasoning.signature(ofRedacted: block["data"]?.stringValue ?? ""))
            case "tool_use":
                guard let id = block["id"]?.stringValue, let name = block["name"]?.stringValue, !id.isEmpty,
                    !name.isEmpty
                else { throw ModelFailure(.malformedResponse, message: "tool call \(calls) has no id or no name") }
                _ = builder.startToolCall(index: calls, id: id, name: name)
                _ = builder.appendArguments(index: calls, ToolArguments.text(from: block["input"]))
                calls += 1
            default: break  // Blocks of the vendor's own tools, which are never asked for here.
            }
        }
        return builder.finished
    }
}
