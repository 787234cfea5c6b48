import BelayCore
import BelayHTTP
import BelayJSON

/// Reads a streamed chat completion: chunks with deltas, a finish reason, usage in a chunk of its own, `[DONE]`.
struct OpenAIStreamMachine: ModelStreamMachine {
    /// More parallel calls than any model makes in one answer.
    private static let maxToolCalls = 1_024

    private let errors: OpenAIErrors
    private let variation: OpenAIVariation
    private var hasStarted = false
    private var responseID: String?
    private var finish: OpenAIStop?
    private var isRefused = false
    /// What the stream's own indexes of tool calls are here: dense, in order of appearance.
    private var calls: [Int: Int] = [:]
    /// The ids that the stream gave, by the index here.
    private var ids: [String] = []
    private var lastCall: Int?
    var usage = Usage.zero
    private(set) var isUsageFinal = false
    private(set) var isFinished = false

    init(errors: OpenAIErrors, variation: OpenAIVariation) {
        self.errors = errors
        self.variation = variation
    }

    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] {
        guard !self.isFinished else { return [] }
        if event.data == "[DONE]" { return try self.complete() }
        let chunk: JSON
        do {
            chunk = try JSON.parse(event.data)
        } catch {
            throw self.malformed("a chunk is not JSON: \(error.reason)")
        }
        if var failure = self.errors.failure(in: chunk) {
            failure.usage = self.billedUsage
            throw failure
        }
        return try self.apply(chunk)
    }

    func usage(in event: JSON) -> Usage? { OpenAIUsageMapping.usage(event["usage"], variation: self.variation) }

    private mutating func complete() throws(ModelFailure) -> [ModelStreamEvent] {
        guard let finish = self.finish else {
            throw ModelFailure(
                .cutStream, message: "the stream ended without a finish reason", usage: self.billedUsage)
        }
        self.isFinished = true
        let reason = self.isRefused ? .refused : finish.reason
        return (self.usage.ifReported == nil ? [] : [.usage(self.usage)]) + [
            .finished(reason, stopSequence: finish.sequence)
        ]
    }

    private mutating func apply(_ chunk: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        var events: [ModelStreamEvent] = []
        let choices = chunk["choices"]?.arrayValue
        // Azure says what it thinks of the prompt before the answer begins, and no id and no model there.
        if !self.hasStarted, choices?.isEmpty == false {
            self.hasStarted = true
            self.responseID = chunk["id"]?.stringValue
            events.append(.started(model: chunk["model"]?.stringValue ?? "", responseID: self.responseID))
        }
        // Cumulative where it comes more than once: the last figure counts.
        let usage = OpenAIUsageMapping.usage(chunk["usage"], variation: self.variation)
        if let usage { self.usage = self.usage.followed(by: usage) }
        // Of a part of the answer before the finish reason, where a server counts as it goes.
        defer { if usage != nil { self.isUsageFinal = self.finish != nil } }
        guard let choices else {
            if chunk["usage"] != nil { return events }
            throw self.malformed("a chunk has no choices")
        }
        for choice in choices where (choice["index"]?.intValue ?? 0) == 0 {
            if var failure = self.errors.failure(inChoice: choice) {
                failure.usage = self.billedUsage
                throw failure
            }
            if let delta = choice["delta"], delta.objectValue != nil { events += try self.apply(delta: delta) }
            if let finish = choice["finish_reason"]?.stringValue { self.finish = OpenAIStop(finish, in: choice) }
        }
        return events
    }

    private mutating func apply(delta: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        var events: [ModelStreamEvent] = []
        if let text = OpenAIStop.reasoning(in: delta), !text.isEmpty { events.append(.reasoningDelta(text)) }
        if let text = delta["content"]?.stringValue, !text.isEmpty { events.append(.textDelta(text)) }
        if let text = delta["refusal"]?.stringValue, !text.isEmpty { self.isRefused = true }
        for call in delta["tool_calls"]?.arrayValue ?? [] { events += try self.apply(call: call) }
        return events
    }

    private mutating func apply(call: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        var events: [ModelStreamEvent] = []
        let name = call["function"]?["name"]?.stringValue ?? ""
        let id = call["id"]?.stringValue ?? ""
        let index: Int
        if let known = self.knownIndex(of: call, id: id, name: name) {
            index = known
        } else {
            guard !name.isEmpty else { throw self.malformed("a tool call starts without a name") }
            guard self.ids.count < Self.maxToolCalls else { throw self.malformed("too many tool calls") }
            index = self.ids.count
            self.calls[call["index"]?.intValue ?? -1 - index] = index
            self.ids.append(id)
            let callID = try OpenAIStop.callID(id, index: index, responseID: self.responseID)
            if let signature = GeminiThoughts.reasoningSignature(of: call) {
                events.append(.reasoningSignature(signature))
            }
            events.append(.toolCallStarted(index: index, id: callID, name: name))
        }
        self.lastCall = index
        if let arguments = call["function"]?["arguments"], !arguments.isNull {
            let text = ToolArguments.text(from: arguments)
            if !text.isEmpty { events.append(.toolCallArgumentsDelta(index: index, text)) }
        }
        return events
    }

    /// Servers that leave the index out start each call with an id, and continue it with the same or none. Some give all
    /// calls of one answer the same index: then another id, with a name, begins another call.
    private func knownIndex(of call: JSON, id: String, name: String) -> Int? {
        guard let index = call["index"]?.intValue else {
            return id.isEmpty ? self.lastCall : self.ids.firstIndex(of: id)
        }
        guard let known = self.calls[index] else { return nil }
        let isAnother = !name.isEmpty && !id.isEmpty && id != self.ids[known]
        return isAnother ? nil : known
    }

    private func malformed(_ reason: String) -> ModelFailure {
        ModelFailure(.malformedResponse, message: "the stream makes no sense: \(reason)", usage: self.billedUsage)
    }
}
