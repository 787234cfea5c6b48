import BelayCore
import BelayJSON

/// Writes a streamed chat completion: chunks with deltas, one with the finish reason, one with the usage where it was
/// asked for, `[DONE]`.
package struct ChatStreamWriter: IngressStreamWriter {
    private let stamp: AnswerStamp
    private let includesUsage: Bool
    private var model: String
    private var usage = Usage.zero
    /// Whether the arguments of each call have begun, by its index.
    private var calls: [Int: Bool] = [:]
    package private(set) var hasOutput = false
    package private(set) var isEnded = false

    package init(for request: IngressRequest, stamp: AnswerStamp) {
        self.stamp = stamp
        self.includesUsage = request.includesUsage
        self.model = request.model
    }

    package mutating func write(_ event: ModelStreamEvent) -> [UInt8] {
        guard !self.isEnded else { return [] }
        switch event {
        case .started(let model, _):
            guard !self.hasOutput else { return self.failAfterRestart() }
            if !model.isEmpty { self.model = model }
            self.usage = .zero
            return []
        case .textDelta(let text): return text.isEmpty ? [] : self.delta(["content": .string(text)])
        case .reasoningDelta(let text): return text.isEmpty ? [] : self.delta(["reasoning_content": .string(text)])
        // There is no place for a signature here.
        case .reasoningSignature: return []
        case .toolCallStarted(let index, let id, let name): return self.startCall(index: index, id: id, name: name)
        case .toolCallArgumentsDelta(let index, let text):
            guard !text.isEmpty else { return [] }
            self.calls[index] = true
            return self.arguments(text, of: index)
        case .usage(let usage):
            self.usage = usage
            return []
        case .finished(let reason): return self.finish(reason)
        }
    }

    package mutating func fail(_ problem: IngressProblem) -> [UInt8] {
        guard !self.isEnded else { return [] }
        (self.hasOutput, self.isEnded) = (true, true)
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

    private mutating func finish(_ reason: StopReason) -> [UInt8] {
        var output = self.hasOutput ? [] : self.delta([:])
        // Models leave the arguments out for tools that take none.
        for index in self.calls.keys.sorted() where self.calls[index] == false {
            output += self.arguments("{}", of: index)
        }
        self.isEnded = true
        let finish = ChatAnswerWriter.finishReason(reason, hasToolCalls: !self.calls.isEmpty)
        EventLine.write(self.chunk(["index": 0, "delta": [:], "finish_reason": .string(finish)]), into: &output)
        if self.includesUsage {
            EventLine.write(self.chunk(nil, usage: OpenAIUsage.chat(self.usage)), into: &output)
        }
        output.append(contentsOf: "data: [DONE]\n\n".utf8)
        return output
    }

    /// The first one says whose turn it is.
    private mutating func delta(_ delta: JSON.Object) -> [UInt8] {
        var output: [UInt8] = []
        if !self.hasOutput {
            self.hasOutput = true
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
            "id": .string(ChatAnswerWriter.id(self.stamp)), "object": "chat.completion.chunk",
            "created": .int(self.stamp.seconds), "model": .string(self.model),
            "choices": .array(choice.map { [$0] } ?? []),
        ]
        if self.includesUsage { chunk["usage"] = usage }
        return .object(chunk)
    }
}
