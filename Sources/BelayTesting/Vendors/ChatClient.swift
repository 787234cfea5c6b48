import BelayCore
import BelayJSON

/// Reads chat completions as OpenAI's own client does: what comes in deltas is added up by index.
package struct ChatClient {
    private var message: JSON.Object = [:]
    private var calls: [Int: (id: String, name: String, arguments: String)] = [:]
    private var finish: String?
    private var model = ""
    private var usage: JSON?

    package static func answer(from body: JSON) throws -> ModelAnswer {
        var client = ChatClient()
        client.model = body["model"]?.stringValue ?? ""
        client.usage = body["usage"]
        client.finish = body["choices"]?[0]?["finish_reason"]?.stringValue
        guard let message = body["choices"]?[0]?["message"] else { throw UnreadableAnswer("no message") }
        client.message = message.objectValue ?? [:]
        for (index, call) in (message["tool_calls"]?.arrayValue ?? []).enumerated() {
            var call = call
            call["index"] = JSON(index)
            client.add(call: call)
        }
        return try client.answer()
    }

    /// - Parameter data: Of each event.
    package static func answer(fromStream data: [String]) throws -> ModelAnswer {
        guard data.last == "[DONE]" else { throw UnreadableAnswer("no end") }
        var client = ChatClient()
        for data in data.dropLast() { try client.add(JSON.parse(data)) }
        return try client.answer()
    }

    private mutating func add(_ chunk: JSON) throws {
        if chunk["error"] != nil { throw UnreadableAnswer("an error in the stream") }
        guard chunk["object"] == "chat.completion.chunk" else { throw UnreadableAnswer("no chunk") }
        self.model = chunk["model"]?.stringValue ?? ""
        if let usage = chunk["usage"], !usage.isNull { self.usage = usage }
        guard let choice = chunk["choices"]?[0] else { return }
        if let finish = choice["finish_reason"]?.stringValue { self.finish = finish }
        guard let delta = choice["delta"]?.objectValue else { throw UnreadableAnswer("no delta") }
        for (key, value) in delta where key != "tool_calls" && !value.isNull {
            self.message[key] = key == "role" ? value : .string(self.text(key) + (value.stringValue ?? ""))
        }
        for call in delta["tool_calls"]?.arrayValue ?? [] { self.add(call: call) }
    }

    private mutating func add(call: JSON) {
        var all = self.calls[call["index"]?.intValue ?? -1] ?? ("", "", "")
        all.id += call["id"]?.stringValue ?? ""
        all.name += call["function"]?["name"]?.stringValue ?? ""
        all.arguments += call["function"]?["arguments"]?.stringValue ?? ""
        self.calls[call["index"]?.intValue ?? -1] = all
    }

    private func text(_ key: String) -> String { self.message[key]?.stringValue ?? "" }

    private func answer() throws -> ModelAnswer {
        guard self.message["role"] == "assistant", let finish = self.finish else { throw UnreadableAnswer("no end") }
        var content: [Content] = []
        if !self.text("reasoning_content").isEmpty {
            content.append(.reasoning(Reasoning(text: self.text("reasoning_content"), origin: "p")))
        }
        if !self.text("content").isEmpty { content.append(.text(self.text("content"))) }
        for (_, call) in self.calls.sorted(by: { $0.key < $1.key }) {
            content.append(.toolCall(ToolCall(id: call.id, name: call.name, arguments: call.arguments)))
        }
        let reasons: [String: StopReason] = [
            "stop": .endTurn, "tool_calls": .toolUse, "length": .maxTokens, "content_filter": .refused,
        ]
        return ModelAnswer(
            content: content, stopReason: reasons[finish] ?? .other, usage: Self.usage(self.usage), model: self.model)
    }

    /// The overlapping figures taken apart.
    private static func usage(_ json: JSON?) -> Usage {
        let read = json?["prompt_tokens_details"]?["cached_tokens"]?.intValue ?? 0
        let write = json?["prompt_tokens_details"]?["cache_write_tokens"]?.intValue ?? 0
        let reasoning = json?["completion_tokens_details"]?["reasoning_tokens"]?.intValue ?? 0
        return Usage(
            freshInput: (json?["prompt_tokens"]?.intValue ?? 0) - read - write, cacheRead: read, cacheWrite: write,
            output: (json?["completion_tokens"]?.intValue ?? 0) - reasoning, reasoning: reasoning)
    }
}
