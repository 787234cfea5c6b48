import BelayCore
import BelayJSON

/// Reads responses as OpenAI's own client does: from the whole, and from the deltas, which have to agree with it.
package struct ResponsesClient {
    private var output: [Int: JSON] = [:]
    private var done: [Int: JSON] = [:]
    private var final: JSON?
    private var sequence = 0

    package static func answer(from response: JSON) throws -> ModelAnswer {
        guard response["object"] == "response" else { throw UnreadableAnswer("no response") }
        let content = try (response["output"]?.arrayValue ?? []).flatMap { try self.parts($0) }
        let hasCalls = content.contains { $0.toolCall != nil }
        let stop: StopReason =
            switch (response["status"]?.stringValue, response["incomplete_details"]?["reason"]?.stringValue) {
            case ("completed", nil): hasCalls ? .toolUse : .endTurn
            case ("incomplete", "max_output_tokens"): .maxTokens
            case ("incomplete", "content_filter"): .refused
            default: .other
            }
        let usage = response["usage"]
        let read = usage?["input_tokens_details"]?["cached_tokens"]?.intValue ?? 0
        let write = usage?["input_tokens_details"]?["cache_write_tokens"]?.intValue ?? 0
        let reasoning = usage?["output_tokens_details"]?["reasoning_tokens"]?.intValue ?? 0
        return ModelAnswer(
            content: content, stopReason: stop,
            usage: Usage(
                freshInput: (usage?["input_tokens"]?.intValue ?? 0) - read - write, cacheRead: read, cacheWrite: write,
                output: (usage?["output_tokens"]?.intValue ?? 0) - reasoning, reasoning: reasoning),
            model: response["model"]?.stringValue ?? "")
    }

    private static func parts(_ item: JSON) throws -> [Content] {
        switch item["type"]?.stringValue {
        case "message":
            return try (item["content"]?.arrayValue ?? []).map { part in
                guard part["type"] == "output_text", part["annotations"] != nil else {
                    throw UnreadableAnswer("an unknown part")
                }
                return .text(part["text"]?.stringValue ?? "")
            }
        case "reasoning":
            let text = (item["summary"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }.joined()
            return [
                .reasoning(
                    Reasoning(text: text, signature: item["encrypted_content"]?.stringValue, origin: "p"))
            ]
        case "function_call":
            return [
                .toolCall(
                    ToolCall(
                        id: item["call_id"]?.stringValue ?? "", name: item["name"]?.stringValue ?? "",
                        arguments: item["arguments"]?.stringValue ?? ""))
            ]
        default: throw UnreadableAnswer("an unknown item")
        }
    }

    package static func answer(fromStream events: [(name: String, data: String)]) throws -> ModelAnswer {
        var client = ResponsesClient()
        for (name, data) in events {
            let event = try JSON.parse(data)
            guard event["type"]?.stringValue == name else { throw UnreadableAnswer("an event of another name") }
            guard event["sequence_number"]?.intValue == client.sequence else {
                throw UnreadableAnswer("a gap in the sequence")
            }
            client.sequence += 1
            try client.apply(event)
        }
        guard let final = client.final else { throw UnreadableAnswer("no end") }
        let items = client.output.sorted { $0.key < $1.key }.map(\.value)
        guard items.count == final["output"]?.arrayValue?.count else {
            throw UnreadableAnswer("items that are not in the output")
        }
        for (index, item) in items.enumerated() {
            guard try self.parts(item) == self.parts(final["output"]?[index] ?? .null), client.done[index] != nil,
                client.done[index] == final["output"]?[index]
            else { throw UnreadableAnswer("deltas that don't add up to the output") }
        }
        return try self.answer(from: final)
    }

    private mutating func apply(_ event: JSON) throws {
        guard self.final == nil else { throw UnreadableAnswer("an event after the end") }
        let index = event["output_index"]?.intValue ?? -1
        switch event["type"]?.stringValue {
        case "response.created", "response.in_progress":
            guard event["response"]?["status"] == "in_progress" else { throw UnreadableAnswer("another status") }
        case "response.completed", "response.incomplete": self.final = event["response"]
        case "response.output_item.added": self.output[index] = event["item"]
        case "response.output_item.done":
            self.done[index] = event["item"]
            // Only the whole item has the signature.
            if event["item"]?["type"] == "reasoning" {
                self.output[index]?["encrypted_content"] = event["item"]?["encrypted_content"]
            }
        case "response.content_part.added": try self.add(event["part"], to: "content", of: index)
        case "response.reasoning_summary_part.added": try self.add(event["part"], to: "summary", of: index)
        case "response.output_text.delta": try self.append(event["delta"], to: "content", of: event)
        case "response.reasoning_summary_text.delta": try self.append(event["delta"], to: "summary", of: event)
        case "response.function_call_arguments.delta":
            let old = self.output[index]?["arguments"]?.stringValue ?? ""
            self.output[index]?["arguments"] = .string(old + (event["delta"]?.stringValue ?? ""))
        case "response.output_text.done":
            guard self.output[index]?["content"]?[0]?["text"] == event["text"] else {
                throw UnreadableAnswer("another text")
            }
        case "response.reasoning_summary_text.done":
            guard self.output[index]?["summary"]?[0]?["text"] == event["text"] else {
                throw UnreadableAnswer("another summary")
            }
        case "response.function_call_arguments.done":
            guard self.output[index]?["arguments"] == event["arguments"] else {
                throw UnreadableAnswer("other arguments")
            }
        case "response.content_part.done", "response.reasoning_summary_part.done": break
        default: throw UnreadableAnswer("an unknown event")
        }
    }

    private mutating func add(_ part: JSON?, to key: String, of index: Int) throws {
        guard let part, let old = self.output[index]?[key]?.arrayValue else {
            throw UnreadableAnswer("a part of no item")
        }
        self.output[index]?[key] = .array(old + [part])
    }

    private mutating func append(_ text: JSON?, to key: String, of event: JSON) throws {
        let index = event["output_index"]?.intValue ?? -1
        guard event["item_id"] == self.output[index]?["id"], var part = self.output[index]?[key]?[0],
            let old = part["text"]?.stringValue, let text = text?.stringValue
        else { throw UnreadableAnswer("a delta of no part") }
        part["text"] = .string(old + text)
        self.output[index]?[key] = [part]
    }
}
