import BelayCore
import BelayHTTP
import BelayJSON

/// Reads a streamed message: `message_start`, blocks with deltas, `message_delta` with the stop reason, `message_stop`.
struct AnthropicStreamMachine: ModelStreamMachine {
    /// More blocks than any model writes in one answer.
    private static let maxBlocks = 1_024

    private enum Block {
        case text
        case reasoning
        /// `input` is what the arguments are if no deltas bring any; nil once they did, or the block has ended.
        case toolCall(index: Int, input: String?)
        case other
    }

    private let errors: AnthropicErrors
    private var hasStarted = false
    private var stop: StopReason?
    private var stopSequence: String?
    private var blocks: [Int: Block] = [:]
    private var toolCalls = 0
    var usage = Usage.zero
    private(set) var isUsageFinal = false
    private(set) var isFinished = false

    init(errors: AnthropicErrors) { self.errors = errors }

    mutating func apply(_ event: ServerSentEvent) throws(ModelFailure) -> [ModelStreamEvent] {
        guard !self.isFinished else { return [] }
        let json: JSON
        do {
            json = try JSON.parse(event.data)
        } catch {
            throw self.malformed("an event is not JSON: \(error.reason)")
        }
        if var failure = self.errors.failure(in: json) {
            failure.usage = self.billedUsage
            throw failure
        }
        switch json["type"]?.stringValue {
        case "message_start": return try self.start(json["message"])
        case "content_block_start": return try self.startBlock(json)
        case "content_block_delta": return try self.applyDelta(json)
        case "content_block_stop": return json["index"]?.intValue.map { self.stopBlock(at: $0) } ?? []
        case "message_delta": return self.applyMessageDelta(json)
        case "message_stop": return try self.finish()
        // New kinds of events may come at any time, says the vendor; a ping only keeps the connection alive.
        case .some: return []
        case nil: throw self.malformed("an event has no type")
        }
    }

    private mutating func start(_ message: JSON?) throws(ModelFailure) -> [ModelStreamEvent] {
        guard !self.hasStarted else { throw self.malformed("the message started twice") }
        self.hasStarted = true
        self.usage = AnthropicUsageMapping.usage(message?["usage"])
        return [.started(model: message?["model"]?.stringValue ?? "", responseID: message?["id"]?.stringValue)]
    }

    private mutating func startBlock(_ json: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        guard self.hasStarted, let position = json["index"]?.intValue, let block = json["content_block"] else {
            throw self.malformed("a block starts before its message or without an index")
        }
        guard self.blocks[position] == nil else { throw self.malformed("block \(position) started twice") }
        guard self.blocks.count < Self.maxBlocks else { throw self.malformed("too many blocks") }
        switch block["type"]?.stringValue {
        case "text":
            self.blocks[position] = .text
            return Self.textDelta(block["text"])
        case "thinking":
            self.blocks[position] = .reasoning
            return Self.reasoningDelta(block["thinking"]) + Self.signature(block["signature"])
        case "redacted_thinking":
            self.blocks[position] = .other
            return [.reasoningSignature(Reasoning.signature(ofRedacted: block["data"]?.stringValue ?? ""))]
        case "tool_use": return try self.startToolCall(block, at: position)
        default:
            self.blocks[position] = .other
            return []
        }
    }

    private mutating func startToolCall(_ block: JSON, at position: Int) throws(ModelFailure) -> [ModelStreamEvent] {
        guard let id = block["id"]?.stringValue, let name = block["name"]?.stringValue, !id.isEmpty, !name.isEmpty
        else { throw self.malformed("tool call \(self.toolCalls) has no id or no name") }
        let index = self.toolCalls
        self.toolCalls += 1
        // Usually empty, with the arguments in deltas; compatible servers put all of them here.
        self.blocks[position] = .toolCall(index: index, input: ToolArguments.text(from: block["input"]))
        return [.toolCallStarted(index: index, id: id, name: name)]
    }

    private mutating func stopBlock(at position: Int) -> [ModelStreamEvent] {
        guard case .toolCall(let index, let input?) = self.blocks[position] else { return [] }
        self.blocks[position] = .toolCall(index: index, input: nil)
        return [.toolCallArgumentsDelta(index: index, input)]
    }

    private mutating func applyDelta(_ json: JSON) throws(ModelFailure) -> [ModelStreamEvent] {
        guard let position = json["index"]?.intValue, let block = self.blocks[position], let delta = json["delta"]
        else {
            throw self.malformed("a delta belongs to no block")
        }
        switch (delta["type"]?.stringValue, block) {
        case ("text_delta", .text): return Self.textDelta(delta["text"])
        case ("thinking_delta", .reasoning): return Self.reasoningDelta(delta["thinking"])
        case ("signature_delta", .reasoning): return Self.signature(delta["signature"])
        case ("input_json_delta", .toolCall(let index, let input)):
            guard let text = delta["partial_json"]?.stringValue, !text.isEmpty else { return [] }
            if input != nil, !text.allSatisfy(\.isWhitespace) {
                self.blocks[position] = .toolCall(index: index, input: nil)
            }
            return [.toolCallArgumentsDelta(index: index, text)]
        case ("text_delta", _), ("thinking_delta", _), ("signature_delta", _), ("input_json_delta", .text),
            ("input_json_delta", .reasoning):
            throw self.malformed("a delta is of another kind than its block")
        default: return []
        }
    }

    private mutating func applyMessageDelta(_ json: JSON) -> [ModelStreamEvent] {
        self.usage = AnthropicUsageMapping.usage(json["usage"], after: self.usage)
        if let stop = json["delta"]?["stop_reason"]?.stringValue {
            self.stop = AnthropicResponseMapping.reason(stop)
            self.stopSequence = json["delta"]?["stop_sequence"]?.stringValue
        }
        if json["usage"] != nil { self.isUsageFinal = self.stop != nil }
        return []
    }

    func usage(in event: JSON) -> Usage? { AnthropicUsageMapping.usage(event["usage"]).ifReported }

    private mutating func finish() throws(ModelFailure) -> [ModelStreamEvent] {
        guard self.hasStarted, let stop = self.stop else {
            throw ModelFailure(.cutStream, message: "the stream ended without a stop reason", usage: self.billedUsage)
        }
        self.isFinished = true
        // Those that a compatible server has not ended.
        let rest = self.blocks.keys.sorted().flatMap { self.stopBlock(at: $0) }
        return rest + (self.usage.ifReported == nil ? [] : [.usage(self.usage)]) + [
            .finished(stop, stopSequence: self.stopSequence)
        ]
    }

    private static func textDelta(_ json: JSON?) -> [ModelStreamEvent] {
        json?.stringValue.flatMap { $0.isEmpty ? nil : [.textDelta($0)] } ?? []
    }

    private static func reasoningDelta(_ json: JSON?) -> [ModelStreamEvent] {
        json?.stringValue.flatMap { $0.isEmpty ? nil : [.reasoningDelta($0)] } ?? []
    }

    private static func signature(_ json: JSON?) -> [ModelStreamEvent] {
        json?.stringValue.flatMap { $0.isEmpty ? nil : [.reasoningSignature($0)] } ?? []
    }

    private func malformed(_ reason: String) -> ModelFailure {
        ModelFailure(.malformedResponse, message: "the stream makes no sense: \(reason)", usage: self.billedUsage)
    }
}
