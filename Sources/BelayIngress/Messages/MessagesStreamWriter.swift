import BelayCore
import BelayJSON

/// Writes a streamed message: `message_start`, blocks with deltas, `message_delta` with stop reason and usage,
/// `message_stop`.
///
/// How much was read is known at the end here: `message_start` says zero, and the cumulative figures of `message_delta`
/// are the ones that count.
package struct MessagesStreamWriter: IngressStreamWriter {
    package var state: StreamState
    private let requestID: String?
    private var blocks = BlockSequencer()

    /// - Parameter requestID: For an error inside the stream.
    package init(for request: IngressRequest, stamp: AnswerStamp, requestID: String? = nil) {
        self.state = StreamState(for: request, stamp: stamp)
        self.requestID = requestID
    }

    /// Anthropic's own way: an event without a meaning.
    package var keepAlive: [UInt8] {
        var output: [UInt8] = []
        EventLine.write(["type": "ping"], named: "ping", into: &output)
        return output
    }

    package mutating func write(part: ModelStreamEvent) throws(IngressProblem) -> [UInt8] {
        self.write(try self.blocks.apply(part))
    }

    package mutating func writeFailure(_ problem: IngressProblem) -> [UInt8] {
        var output: [UInt8] = []
        EventLine.write(
            AnthropicErrorShape.body(of: problem, requestID: self.requestID), named: "error", into: &output)
        return output
    }

    package mutating func writeEnd(_ reason: StopReason, stopSequence: String?) -> [UInt8] {
        let rest = self.blocks.end()
        var output = self.write(rest)
        self.begin(&output)
        let stop = MessagesStop(reason, stopSequence, hasToolCalls: self.blocks.hasToolCalls)
        let usage = AnthropicUsage.json(self.state.usage)
        Self.write(["type": "message_delta", "delta": .object(stop.members), "usage": usage], into: &output)
        Self.write(["type": "message_stop"], into: &output)
        return output
    }

    private mutating func begin(_ output: inout [UInt8]) {
        guard !self.hasOutput else { return }
        self.state.hasOutput = true
        let message = MessagesAnswerWriter.message(
            id: MessagesAnswerWriter.id(self.state.stamp), model: self.state.model, content: [], stop: nil, usage: .zero
        )
        Self.write(["type": "message_start", "message": message], into: &output)
        Self.write(["type": "ping"], into: &output)
    }

    private mutating func write(_ steps: [BlockSequencer.Step]) -> [UInt8] {
        guard !steps.isEmpty else { return [] }
        var output: [UInt8] = []
        self.begin(&output)
        for step in steps { Self.write(Self.event(step), into: &output) }
        return output
    }

    private static func event(_ step: BlockSequencer.Step) -> JSON {
        switch step {
        case .opened(let index, let content):
            ["type": "content_block_start", "index": JSON(index), "content_block": Self.start(content)]
        case .text(let index, let text): Self.delta(index, "text_delta", "text", text)
        case .reasoning(let index, let text): Self.delta(index, "thinking_delta", "thinking", text)
        case .signature(let index, let text): Self.delta(index, "signature_delta", "signature", text)
        case .arguments(let index, let text): Self.delta(index, "input_json_delta", "partial_json", text)
        case .closed(let index, _): ["type": "content_block_stop", "index": JSON(index)]
        }
    }

    private static func start(_ content: Content) -> JSON {
        switch content {
        case .toolCall(let call):
            ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": [:]]
        case .reasoning(let reasoning):
            if let data = reasoning.redactedData {
                ["type": "redacted_thinking", "data": .string(data)]
            } else {
                ["type": "thinking", "thinking": "", "signature": ""]
            }
        case .text, .toolResult, .image, .file: ["type": "text", "text": ""]
        }
    }

    private static func delta(_ index: Int, _ type: String, _ key: String, _ text: String) -> JSON {
        var delta: JSON = ["type": .string(type)]
        delta[key] = .string(text)
        return ["type": "content_block_delta", "index": JSON(index), "delta": delta]
    }

    private static func write(_ event: JSON, into output: inout [UInt8]) {
        EventLine.write(event, named: event["type"]?.stringValue, into: &output)
    }
}
