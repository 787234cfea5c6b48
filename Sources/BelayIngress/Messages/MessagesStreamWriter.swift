import BelayCore
import BelayJSON

/// Writes a streamed message: `message_start`, blocks with deltas, `message_delta` with stop reason and usage,
/// `message_stop`.
///
/// How much was read is known at the end here: `message_start` says zero, and the cumulative figures of `message_delta`
/// are the ones that count.
package struct MessagesStreamWriter: IngressStreamWriter {
    private let stamp: AnswerStamp
    private let requestID: String?
    private var model: String
    private var usage = Usage.zero
    private var blocks = BlockSequencer()
    package private(set) var hasOutput = false
    package private(set) var isEnded = false

    /// - Parameter requestID: For an error inside the stream.
    package init(for request: IngressRequest, stamp: AnswerStamp, requestID: String? = nil) {
        self.stamp = stamp
        self.requestID = requestID
        self.model = request.model
    }

    /// Anthropic's own way: an event without a meaning.
    package var keepAlive: [UInt8] {
        var output: [UInt8] = []
        EventLine.write(["type": "ping"], named: "ping", into: &output)
        return output
    }

    package mutating func write(_ event: ModelStreamEvent) -> [UInt8] {
        guard !self.isEnded else { return [] }
        switch event {
        case .started(let model, _):
            guard !self.hasOutput else { return self.failAfterRestart() }
            if !model.isEmpty { self.model = model }
            self.usage = .zero
            return []
        case .usage(let usage):
            self.usage = usage
            return []
        case .finished(let reason): return self.finish(reason)
        default:
            do throws(IngressProblem) {
                return self.write(try self.blocks.apply(event))
            } catch {
                return self.fail(error)
            }
        }
    }

    package mutating func fail(_ problem: IngressProblem) -> [UInt8] {
        guard !self.isEnded else { return [] }
        (self.hasOutput, self.isEnded) = (true, true)
        var output: [UInt8] = []
        EventLine.write(
            AnthropicErrorShape.body(of: problem, requestID: self.requestID), named: "error", into: &output)
        return output
    }

    private mutating func finish(_ reason: StopReason) -> [UInt8] {
        let rest = self.blocks.end()
        var output = self.write(rest)
        self.begin(&output)
        self.isEnded = true
        let stop = MessagesAnswerWriter.stopReason(reason, hasToolCalls: self.blocks.hasToolCalls)
        let delta: JSON = ["stop_reason": .string(stop), "stop_sequence": nil]
        Self.write(
            ["type": "message_delta", "delta": delta, "usage": AnthropicUsage.json(self.usage)], into: &output)
        Self.write(["type": "message_stop"], into: &output)
        return output
    }

    private mutating func begin(_ output: inout [UInt8]) {
        guard !self.hasOutput else { return }
        self.hasOutput = true
        let message = MessagesAnswerWriter.message(
            id: MessagesAnswerWriter.id(self.stamp), model: self.model, content: [], stopReason: .null, usage: .zero)
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
