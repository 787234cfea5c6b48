import BelayCore
import BelayJSON

/// Writes a streamed response: `response.created`, items with their parts and deltas, and one of `response.completed`,
/// `response.incomplete` and `response.failed`. Every event has the next sequence number, from 0.
package struct ResponsesStreamWriter: IngressStreamWriter {
    package var state: StreamState
    private let request: IngressRequest
    private let items: ResponsesItems
    private var blocks = BlockSequencer()
    private var sequence = 0
    private var summaryIsOpen = false
    /// The response's name, when it is the provider's own.
    private var forwardedID: JSON?

    package init(for request: IngressRequest, stamp: AnswerStamp) {
        self.state = StreamState(for: request, stamp: stamp)
        self.request = request
        self.items = ResponsesItems(token: stamp.token, includesSignatures: request.includesSignatures)
    }

    package mutating func write(part: ModelStreamEvent) throws(IngressProblem) -> [UInt8] {
        self.write(try self.blocks.apply(part))
    }

    package mutating func writeFailure(_ problem: IngressProblem) -> [UInt8] {
        var output: [UInt8] = []
        self.begin(&output)
        let error: JSON = [
            "code": .string(Self.code(of: problem)), "message": .string(OpenAIErrorShape.message(of: problem)),
        ]
        var response = self.response(status: "failed", reason: nil, usage: nil, error: error)
        if let forwardedID { response["id"] = forwardedID }
        self.emit("response.failed", ["response": response], into: &output)
        return output
    }

    /// They are counted, and the first one names the response. Why it might be no JSON is for its reader to say.
    package mutating func noteForwarded(_ data: String) {
        if !self.hasOutput { self.forwardedID = (try? JSON.parse(data))?["response"]?["id"] }
        self.state.hasOutput = true
        self.sequence += 1
    }

    /// OpenAI has few codes for responses that fail on the way.
    private static func code(of problem: IngressProblem) -> String {
        switch problem.kind {
        case .rateLimited, .tokensLimited, .overBudget: "rate_limit_exceeded"
        case .contextTooLong, .contentFiltered, .upstreamRefused: "invalid_prompt"
        default: "server_error"
        }
    }

    package mutating func writeEnd(_ reason: StopReason, stopSequence: String?) -> [UInt8] {
        let status = ResponsesAnswerWriter.status(of: reason)
        let rest = self.blocks.end()
        var output = self.write(rest, lastStatus: status == "completed" ? status : "incomplete")
        self.begin(&output)
        let response = self.response(status: status, reason: reason, usage: self.state.usage)
        self.emit("response.\(status)", ["response": response], into: &output)
        return output
    }

    private func response(status: String, reason: StopReason?, usage: Usage?, error: JSON = .null) -> JSON {
        ResponsesAnswerWriter.response(
            self.state.stamp, model: self.state.model, request: self.request, status: status, reason: reason,
            output: self.items.output(self.blocks.finished, isWhole: status == "completed"), usage: usage, error: error)
    }

    private mutating func begin(_ output: inout [UInt8]) {
        guard !self.hasOutput else { return }
        self.state.hasOutput = true
        let response = ResponsesAnswerWriter.response(
            self.state.stamp, model: self.state.model, request: self.request, status: "in_progress", reason: nil,
            output: [],
            usage: nil)
        self.emit("response.created", ["response": response], into: &output)
        self.emit("response.in_progress", ["response": response], into: &output)
    }

    /// - Parameter lastStatus: Of the last item: when the answer broke off, it is not whole.
    private mutating func write(_ steps: [BlockSequencer.Step], lastStatus: String = "completed") -> [UInt8] {
        guard !steps.isEmpty else { return [] }
        var output: [UInt8] = []
        self.begin(&output)
        for (number, step) in steps.enumerated() {
            self.write(step, status: number == steps.count - 1 ? lastStatus : "completed", into: &output)
        }
        return output
    }

    private mutating func write(_ step: BlockSequencer.Step, status: String, into output: inout [UInt8]) {
        switch step {
        case .opened(let index, let content): self.open(content, at: index, into: &output)
        case .text(let index, let text):
            let place = self.place(of: .text(""), at: index, ["content_index": 0])
            self.emit("response.output_text.delta", place, ["delta": .string(text), "logprobs": []], into: &output)
        case .reasoning(let index, let text): self.writeSummary(text, at: index, into: &output)
        // It comes with the whole item.
        case .signature: break
        case .arguments(let index, let text):
            let place = self.place(of: Self.anyCall, at: index)
            self.emit("response.function_call_arguments.delta", place, ["delta": .string(text)], into: &output)
        case .closed(let index, let content): self.close(content, at: index, status: status, into: &output)
        }
    }

    private mutating func open(_ content: Content, at index: Int, into output: inout [UInt8]) {
        guard var item = self.items.item(content, at: index, status: "in_progress") else { return }
        guard case .text = content else {
            self.emit("response.output_item.added", ["output_index": JSON(index), "item": item], into: &output)
            return
        }
        item["content"] = []
        self.emit("response.output_item.added", ["output_index": JSON(index), "item": item], into: &output)
        let place = self.place(of: content, at: index, ["content_index": 0])
        self.emit("response.content_part.added", place, ["part": ResponsesItems.part("")], into: &output)
    }

    /// Reasoning that nobody may read has no summary.
    private mutating func writeSummary(_ text: String, at index: Int, into output: inout [UInt8]) {
        let place = self.place(of: Self.anyReasoning, at: index, ["summary_index": 0])
        if !self.summaryIsOpen {
            self.summaryIsOpen = true
            self.emit(
                "response.reasoning_summary_part.added", place, ["part": ResponsesItems.summary("")], into: &output)
        }
        self.emit("response.reasoning_summary_text.delta", place, ["delta": .string(text)], into: &output)
    }

    private mutating func close(_ content: Content, at index: Int, status: String, into output: inout [UInt8]) {
        switch content {
        case .text(let text):
            let place = self.place(of: content, at: index, ["content_index": 0])
            self.emit("response.output_text.done", place, ["text": .string(text), "logprobs": []], into: &output)
            self.emit("response.content_part.done", place, ["part": ResponsesItems.part(text)], into: &output)
        case .reasoning(let reasoning) where self.summaryIsOpen:
            self.summaryIsOpen = false
            let place = self.place(of: content, at: index, ["summary_index": 0])
            self.emit(
                "response.reasoning_summary_text.done", place, ["text": .string(reasoning.text)], into: &output)
            self.emit(
                "response.reasoning_summary_part.done", place, ["part": ResponsesItems.summary(reasoning.text)],
                into: &output)
        case .toolCall(let call):
            let place = self.place(of: content, at: index)
            self.emit(
                "response.function_call_arguments.done", place,
                ["name": .string(call.name), "arguments": .string(call.arguments)], into: &output)
        case .reasoning, .toolResult, .image, .file: break
        }
        guard let item = self.items.item(content, at: index, status: status) else { return }
        self.emit("response.output_item.done", ["output_index": JSON(index), "item": item], into: &output)
    }

    /// Where a delta belongs.
    private func place(of content: Content, at index: Int, _ more: JSON.Object = [:]) -> JSON.Object {
        var place: JSON.Object = [
            "item_id": .string(self.items.id(of: content, at: index)), "output_index": JSON(index),
        ]
        for (key, value) in more { place[key] = value }
        return place
    }

    private mutating func emit(
        _ type: String, _ members: JSON.Object, _ more: JSON.Object = [:], into output: inout [UInt8]
    ) {
        var event: JSON.Object = ["type": .string(type), "sequence_number": JSON(self.sequence)]
        self.sequence += 1
        for (key, value) in members { event[key] = value }
        for (key, value) in more { event[key] = value }
        EventLine.write(.object(event), named: type, into: &output)
    }

    /// Only their kind matters, for the prefix of an id.
    private static let anyCall = Content.toolCall(ToolCall(id: "", name: "", arguments: ""))
    private static let anyReasoning = Content.reasoning(Reasoning(text: "", origin: ""))
}
