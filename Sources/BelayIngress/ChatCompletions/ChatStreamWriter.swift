import BelayCore
import BelayJSON

/// Writes a streamed chat completion: chunks with deltas, one with the finish reason, one with the usage where it was
/// asked for, `[DONE]`.
package struct ChatStreamWriter: IngressStreamWriter {
    package var state: StreamState
    private let includesUsage: Bool
    /// Whether the arguments of each call have begun, by its index.
    private var calls: [Int: Bool] = [:]

    package init(for request: IngressRequest, stamp: AnswerStamp) {
        self.state = StreamState(for: request, stamp: stamp)
        self.includesUsage = request.includesUsage
    }

    package mutating func write(part: ModelStreamEvent) -> [UInt8] {
        switch part {
        case .textDelta(let text): return self.delta(["content": .string(text)])
        case .reasoningDelta(let text): return self.delta(["reasoning_content": .string(text)])
        case .toolCallStarted(let index, let id, let name): return self.startCall(index: index, id: id, name: name)
        case .toolCallArgumentsDelta(let index, let text):
            if !text.allSatisfy(\.isWhitespace) { self.calls[index] = true }
            return self.arguments(text, of: index)
        // There is no place for a signature here.
        case .reasoningSignature, .started, .usage, .finished: return []
        }
    }

    package mutating func writeFailure(_ problem: IngressProblem) -> [UInt8] {
        var output: [UInt8] = []
        EventLine.write(OpenAIErrorShape.body(of: problem), into: &output)
        return output
    }

    private mutating func startCall(index: Int, id: String, name: String) -> [UInt8] {
        self.calls[index] = false
        let function: JSON = ["name": .string(name), "arguments": ""]
        let call: JSON = ["index": JSON(index), "id": .string(id), "type": "function", "function": function]
        return self.delta(["tool_calls": [call]])
    }

    private mutating func arguments(_ text: String, of index: Int) -> [UInt8] {
        let call: JSON = ["index": JSON(index), "function": ["arguments": .string(text)]]
        return self.delta(["tool_calls": [call]])
    }

    package mutating func writeEnd(_ reason: StopReason, stopSequence: String?) -> [UInt8] {
        var output = self.hasOutput ? [] : self.delta([:])
        // Models leave the arguments out for tools that take none.
        for index in self.calls.keys.sorted() where self.calls[index] == false {
            output += self.arguments("{}", of: index)
        }
        let finish = ChatAnswerWriter.finishReason(reason, hasToolCalls: !self.calls.isEmpty)
        EventLine.write(self.chunk(["index": 0, "delta": [:], "finish_reason": .string(finish)]), into: &output)
        if self.includesUsage {
            EventLine.write(self.chunk(nil, usage: OpenAIUsage.chat(self.state.usage)), into: &output)
        }
        output.append(contentsOf: "data: [DONE]\n\n".utf8)
        return output
    }

    /// The first one says whose turn it is.
    private mutating func delta(_ delta: JSON.Object) -> [UInt8] {
        var output: [UInt8] = []
        if !self.hasOutput {
            self.state.hasOutput = true
            self.writeDelta(["role": "assistant", "content": "", "refusal": nil], into: &output)
        }
        if !delta.isEmpty { self.writeDelta(delta, into: &output) }
        return output
    }

    private func writeDelta(_ delta: JSON.Object, into output: inout [UInt8]) {
        EventLine.write(self.chunk(["index": 0, "delta": .object(delta), "finish_reason": nil]), into: &output)
    }

    /// - Parameter choice: Nil for the chunk with the usage, which has none.
    private func chunk(_ choice: JSON?, usage: JSON = .null) -> JSON {
        var chunk: JSON.Object = [
            "id": .string(ChatAnswerWriter.id(self.state.stamp)), "object": "chat.completion.chunk",
            "created": .int(self.state.stamp.seconds), "model": .string(self.state.model),
            "choices": .array(choice.map { [$0] } ?? []),
        ]
        if self.includesUsage { chunk["usage"] = usage }
        return .object(chunk)
    }
}
