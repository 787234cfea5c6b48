import BelayCore
import BelayJSON

/// Reads messages as Anthropic's own client does: a snapshot that events change, blocks by index.
package struct MessagesClient {
    private var message: JSON?
    private var inputs: [Int: String] = [:]
    private var openBlock: Int?
    private var isStopped = false

    package static func answer(from message: JSON) throws -> ModelAnswer {
        guard message["type"] == "message", message["role"] == "assistant" else { throw UnreadableAnswer("no message") }
        var content: [Content] = []
        for block in message["content"]?.arrayValue ?? [] { content.append(try self.part(block)) }
        let reasons: [String: StopReason] = [
            "end_turn": .endTurn, "tool_use": .toolUse, "max_tokens": .maxTokens, "stop_sequence": .stopSequence,
            "refusal": .refused,
        ]
        guard let stop = message["stop_reason"]?.stringValue else { throw UnreadableAnswer("no stop reason") }
        let usage = message["usage"]
        let thinking = usage?["output_tokens_details"]?["thinking_tokens"]?.intValue ?? 0
        return ModelAnswer(
            content: content, stopReason: reasons[stop] ?? .other,
            stopSequence: message["stop_sequence"]?.stringValue,
            usage: Usage(
                freshInput: usage?["input_tokens"]?.intValue ?? 0,
                cacheRead: usage?["cache_read_input_tokens"]?.intValue ?? 0,
                cacheWrite: usage?["cache_creation_input_tokens"]?.intValue ?? 0,
                output: (usage?["output_tokens"]?.intValue ?? 0) - thinking, reasoning: thinking),
            model: message["model"]?.stringValue ?? "")
    }

    /// What a stream's deltas add up to as arguments, which a client parses at the end of their block.
    private func answer() throws -> ModelAnswer {
        guard self.isStopped, let message = self.message else { throw UnreadableAnswer("no end") }
        var answer = try Self.answer(from: message)
        for (index, input) in self.inputs {
            guard var call = answer.content[index].toolCall else { throw UnreadableAnswer("arguments of no call") }
            call.arguments = input
            answer.content[index] = .toolCall(call)
        }
        return answer
    }

    private static func part(_ block: JSON) throws -> Content {
        switch block["type"]?.stringValue {
        case "text": return .text(block["text"]?.stringValue ?? "")
        case "thinking":
            let signature = block["signature"]?.stringValue ?? ""
            return .reasoning(
                Reasoning(
                    text: block["thinking"]?.stringValue ?? "", signature: signature.isEmpty ? nil : signature,
                    origin: "p"))
        case "redacted_thinking":
            let signature = Reasoning.signature(ofRedacted: block["data"]?.stringValue ?? "")
            return .reasoning(Reasoning(text: "", signature: signature, origin: "p"))
        case "tool_use":
            guard let input = block["input"], input.objectValue != nil else {
                throw UnreadableAnswer("an input that is no object")
            }
            return .toolCall(
                ToolCall(
                    id: block["id"]?.stringValue ?? "", name: block["name"]?.stringValue ?? "",
                    arguments: input.serialized()))
        default: throw UnreadableAnswer("an unknown block")
        }
    }

    /// The events with their names, which have to agree with their types.
    ///
    /// - Returns: The answer with the arguments of its calls as they were streamed.
    package static func answer(fromStream events: [(name: String, data: String)]) throws -> ModelAnswer {
        var client = MessagesClient()
        for (name, data) in events {
            let event = try JSON.parse(data)
            guard event["type"]?.stringValue == name else { throw UnreadableAnswer("an event of another name") }
            try client.apply(event)
        }
        return try client.answer()
    }

    private mutating func apply(_ event: JSON) throws {
        guard !self.isStopped else { throw UnreadableAnswer("an event after the end") }
        let index = event["index"]?.intValue ?? -1
        switch event["type"]?.stringValue {
        case "ping": break
        case "message_start": self.message = event["message"]
        case "content_block_start":
            guard self.openBlock == nil, index == self.message?["content"]?.arrayValue?.count else {
                throw UnreadableAnswer("a block in another one")
            }
            self.openBlock = index
            var blocks = self.message?["content"]?.arrayValue ?? []
            blocks.append(event["content_block"] ?? .null)
            self.message?["content"] = .array(blocks)
        case "content_block_delta":
            guard index == self.openBlock, let delta = event["delta"] else {
                throw UnreadableAnswer("a delta of no open block")
            }
            try self.apply(delta, to: index)
        case "content_block_stop":
            guard index == self.openBlock else { throw UnreadableAnswer("the end of no open block") }
            self.openBlock = nil
        case "message_delta":
            guard self.openBlock == nil else { throw UnreadableAnswer("the end of a message inside a block") }
            self.message?["stop_reason"] = event["delta"]?["stop_reason"]
            self.message?["stop_sequence"] = event["delta"]?["stop_sequence"]
            for (key, value) in event["usage"]?.objectValue ?? [:] { self.message?["usage"]?[key] = value }
        case "message_stop": self.isStopped = true
        default: throw UnreadableAnswer("an unknown event")
        }
    }

    private mutating func apply(_ delta: JSON, to index: Int) throws {
        switch delta["type"]?.stringValue {
        case "text_delta": try self.append(delta["text"], to: "text", of: index)
        case "thinking_delta": try self.append(delta["thinking"], to: "thinking", of: index)
        case "signature_delta": try self.change(index) { $0["signature"] = delta["signature"] }
        case "input_json_delta": self.inputs[index, default: ""] += delta["partial_json"]?.stringValue ?? ""
        default: throw UnreadableAnswer("an unknown delta")
        }
    }

    private mutating func append(_ text: JSON?, to key: String, of index: Int) throws {
        try self.change(index) { block in
            guard let old = block[key]?.stringValue, let text = text?.stringValue else {
                throw UnreadableAnswer("no text")
            }
            block[key] = .string(old + text)
        }
    }

    private mutating func change(_ index: Int, _ change: (inout JSON) throws -> Void) throws {
        var blocks = self.message?["content"]?.arrayValue ?? []
        try change(&blocks[index])
        self.message?["content"] = .array(blocks)
    }
}
