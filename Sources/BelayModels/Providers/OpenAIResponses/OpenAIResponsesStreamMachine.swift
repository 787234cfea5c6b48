import BelayCore
import BelayHTTP
import BelayJSON

/// Reads a streamed response: `response.created`, items with deltas, and one of `response.completed`,
/// `response.incomplete` and `response.failed`.
///
/// What comes in deltas comes once more when its item is done, and with the last event; it is taken from the deltas, or
/// from the item where a server sends none.
struct OpenAIResponsesStreamMachine: ModelStreamMachine {
    /// More items than any model writes in one answer.
    private static let maxItems = 1_024

    private struct Item {
        enum Kind { case message, reasoning, call(index: Int), other }

        var kind: Kind
        /// Something of it came in deltas.
        var hasDeltas = false
        /// The part of its reasoning that the last delta belonged to.
        var part: String?
    }

    private let errors: OpenAIErrors
    private var hasStarted = false
    private var items: [Int: Item] = [:]
    private var calls = 0
    private var isRefused = false
    var usage = Usage.zero
    private(set) var isUsageFinal = false
    private(set) var isFinished = false

    init(errors: OpenAIErrors) { self.errors = errors }

    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] {
        // Servers that speak chat completions, too, end this stream as they end that one.
        guard !self.isFinished, event.data != "[DONE]" else { return [] }
        let json: JSON
        do {
            json = try JSON.parse(event.data)
        } catch {
            throw self.malformed("an event is not JSON: \(error.reason)")
        }
        guard let type = json["type"]?.stringValue else {
            throw self.billed(self.errors.failure(in: json) ?? self.malformed("an event has no type"))
        }
        switch type {
        case "error":
            // The error stands in the event itself, or inside of it.
            let failure = self.errors.failure(in: json) ?? self.errors.failure(in: ["error": json])
            throw self.billed(failure ?? self.malformed("an error says nothing"))
        case "response.created": return self.start(json["response"])
        case "response.output_item.added": return try self.startItem(json)
        case "response.output_item.done": return try self.endItem(json)
        case "response.completed", "response.incomplete", "response.failed": return try self.finish(json["response"])
        default: return type.hasSuffix(".delta") ? try self.applyDelta(type, json) : []
        }
    }

    private mutating func start(_ response: JSON?) -> [ModelStreamEvent] {
        guard !self.hasStarted else { return [] }
        self.hasStarted = true
        return [.started(model: response?["model"]?.stringValue ?? "", responseID: response?["id"]?.stringValue)]
    }

    private mutating func startItem(_ json: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        guard self.hasStarted, let position = json["output_index"]?.intValue, let item = json["item"] else {
            throw self.malformed("an item starts before its response or without an index")
        }
        guard self.items[position] == nil else { throw self.malformed("item \(position) started twice") }
        guard self.items.count < Self.maxItems else { throw self.malformed("too many items") }
        switch item["type"]?.stringValue {
        case "message": self.items[position] = Item(kind: .message)
        case "reasoning": self.items[position] = Item(kind: .reasoning)
        case "function_call":
            guard let id = item["call_id"]?.stringValue, let name = item["name"]?.stringValue, !id.isEmpty,
                !name.isEmpty
            else { throw self.malformed("function call \(self.calls) has no id or no name") }
            return self.startCall(id, name, at: position)
        default:
            if let call = OpenAIResponsesStatus.otherCall(item) {
                return self.startCall(call.id, call.name, at: position)
            }
            self.items[position] = Item(kind: .other)
        }
        return []
    }

    private mutating func startCall(_ id: String, _ name: String, at position: Int) -> [ModelStreamEvent] {
        let index = self.calls
        self.calls += 1
        self.items[position] = Item(kind: .call(index: index))
        return [.toolCallStarted(index: index, id: id, name: name)]
    }

    private mutating func applyDelta(_ type: String, _ json: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        guard let position = json["output_index"]?.intValue, let item = self.items[position] else {
            throw self.malformed("a delta belongs to no item")
        }
        guard let text = json["delta"]?.stringValue, !text.isEmpty else { return [] }
        self.items[position]?.hasDeltas = true
        switch (type, item.kind) {
        case ("response.output_text.delta", .message): return [.textDelta(text)]
        case ("response.refusal.delta", .message):
            self.isRefused = true
            return []
        case ("response.function_call_arguments.delta", .call(let index)),
            ("response.custom_tool_call_input.delta", .call(let index)):
            return [.toolCallArgumentsDelta(index: index, text)]
        case ("response.reasoning_summary_text.delta", .reasoning), ("response.reasoning_text.delta", .reasoning):
            let part = "\(type) \(json["summary_index"]?.intValue ?? json["content_index"]?.intValue ?? 0)"
            self.items[position]?.part = part
            return [.reasoningDelta((item.part == nil || item.part == part ? "" : "\n\n") + text)]
        case ("response.output_text.delta", _), ("response.refusal.delta", _),
            ("response.function_call_arguments.delta", _), ("response.reasoning_summary_text.delta", _):
            throw self.malformed("a delta is of another kind than its item")
        // Of the vendor's own tools.
        default: return []
        }
    }

    private mutating func endItem(_ json: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        guard let position = json["output_index"]?.intValue, let item = json["item"] else {
            throw self.malformed("an item ends without an index")
        }
        var events = self.items[position] == nil ? try self.startItem(json) : []
        guard let known = self.items[position] else { return events }
        switch known.kind {
        case .message:
            let parts = item["content"]?.arrayValue ?? []
            if parts.contains(where: { $0["type"]?.stringValue == "refusal" }) { self.isRefused = true }
            let text = parts.compactMap { $0["text"]?.stringValue }.joined()
            if !known.hasDeltas, !text.isEmpty { events.append(.textDelta(text)) }
        case .reasoning:
            let text = OpenAIResponsesStatus.thoughts(of: item).joined(separator: "\n\n")
            if !known.hasDeltas, !text.isEmpty { events.append(.reasoningDelta(text)) }
            if let content = item["encrypted_content"]?.stringValue, !content.isEmpty {
                events.append(.reasoningSignature(content))
            }
        case .call(let index):
            let text = item["arguments"]?.stringValue ?? item["input"]?.stringValue ?? ""
            if !known.hasDeltas, !text.isEmpty { events.append(.toolCallArgumentsDelta(index: index, text)) }
        case .other: break
        }
        self.items[position] = Item(kind: .other)
        return events
    }

    func usage(in event: JSON) -> Usage? { OpenAIResponsesUsageMapping.usage(event["response"]?["usage"]) }

    private mutating func finish(_ response: JSON?) throws(ModelFailure) -> [ModelStreamEvent] {
        guard let response else { throw self.malformed("the last event has no response") }
        if let usage = OpenAIResponsesUsageMapping.usage(response["usage"]) {
            (self.usage, self.isUsageFinal) = (self.usage.followed(by: usage), true)
        }
        let reason: StopReason
        do throws(ModelFailure) {
            reason = try OpenAIResponsesStatus.reason(of: response, hasRefusal: self.isRefused, errors: self.errors)
        } catch {
            throw self.billed(error)
        }
        let started = self.start(response)
        self.isFinished = true
        return started + (self.usage.ifReported == nil ? [] : [.usage(self.usage)]) + [.finished(reason)]
    }

    private func billed(_ failure: ModelFailure) -> ModelFailure {
        var failure = failure
        failure.usage = self.billedUsage
        return failure
    }

    private func malformed(_ reason: String) -> ModelFailure {
        ModelFailure(.malformedResponse, message: "the stream makes no sense: \(reason)", usage: self.billedUsage)
    }
}
