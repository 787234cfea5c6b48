import BelayCore
import BelayJSON

extension GeneratedAnswer {
    private var reasoningKey: String { self.style.hasShortReasoning ? "reasoning" : "reasoning_content" }

    package var openAIBody: JSON {
        var message: JSON = ["role": "assistant", "content": self.text.isEmpty ? nil : .string(self.text)]
        let thoughts = self.parts.map { if case .thinking(let text, _) = $0 { text } else { "" } }.joined()
        if !thoughts.isEmpty { message[self.reasoningKey] = .string(thoughts) }
        let calls = self.calls.map { call -> JSON in
            var json: JSON = ["type": "function"]
            if !call.id.isEmpty { json["id"] = .string(call.id) }
            json["function"] = ["name": .string(call.name), "arguments": self.openAIArguments(call.arguments)]
            return json
        }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        var choice: JSON = ["index": 0, "message": message, "finish_reason": .string(self.stopWord)]
        if let stopSequence = self.stopSequence { choice["stop_reason"] = .string(stopSequence) }
        var body: JSON = ["id": "chatcmpl-9", "object": "chat.completion", "model": "m-1", "choices": [choice]]
        if self.style.sendsUsage { body["usage"] = self.openAIUsage }
        return body
    }

    private func openAIArguments(_ text: String) -> JSON {
        guard self.style.hasObjects, let json = try? JSON.parse(text) else { return .string(text) }
        return json
    }

    /// The data of each event; the last one is the terminator.
    package func openAIEvents(using random: inout SeededGenerator) -> [String] {
        var events: [JSON] = []
        // What Azure says of the prompt.
        if Int.random(in: 0..<4, using: &random) == 0 {
            events.append(["id": "", "model": "", "choices": [], "prompt_filter_results": []])
        }
        var deltas = self.openAIDeltas(using: &random)
        if Bool.random(using: &random) { deltas.insert(["role": "assistant", "content": ""], at: 0) }
        if Bool.random(using: &random) { deltas.append(["content": "", "tool_calls": nil]) }
        var choices = deltas.map { delta -> JSON in ["index": 0, "delta": delta, "finish_reason": nil] }
        // The finish reason comes with a delta of its own, or with the last one.
        var finish = Bool.random(using: &random) ? choices.popLast() : nil
        finish = finish ?? ["index": 0, "delta": [:], "finish_reason": nil]
        finish?["finish_reason"] = .string(self.stopWord)
        if let stopSequence = self.stopSequence { finish?["stop_reason"] = .string(stopSequence) }
        choices.append(finish ?? .null)
        events += choices.map { self.openAIChunk(choices: [$0]) }
        self.addOpenAIUsage(to: &events, using: &random)
        return events.map { self.style.escapes ? GeneratedText.escaped($0.serialized()) : $0.serialized() } + ["[DONE]"]
    }

    /// In a chunk of its own, with the finish reason, or with every chunk, as far as it is known there.
    private func addOpenAIUsage(to events: inout [JSON], using random: inout SeededGenerator) {
        guard self.style.sendsUsage else { return }
        switch Int.random(in: 0...3, using: &random) {
        case 0: events[events.count - 1]["usage"] = self.openAIUsage
        case 1:
            for index in events.indices {
                events[index]["usage"] = [
                    "prompt_tokens": JSON(self.usage.totalInput), "completion_tokens": JSON(index),
                ]
            }
            events[events.count - 1]["usage"] = self.openAIUsage
        default: events.append(self.openAIChunk(choices: [], usage: self.openAIUsage))
        }
    }

    private func openAIDeltas(using random: inout SeededGenerator) -> [JSON] {
        var lists: [[JSON]] = []
        for part in self.parts {
            switch part {
            case .text(let text):
                lists.append(GeneratedText.pieces(of: text, using: &random).map { ["content": .string($0)] })
            case .thinking(let text, _):
                let key = self.reasoningKey
                lists.append(GeneratedText.pieces(of: text, using: &random).map { .object([key: .string($0)]) })
            case .redacted, .call: break
            }
        }
        lists.append(self.openAICallDeltas(using: &random))
        return self.style.isMixed ? Self.mixed(lists, using: &random) : lists.flatMap { $0 }
    }

    /// In any order that keeps each list's own.
    private static func mixed(_ lists: [[JSON]], using random: inout SeededGenerator) -> [JSON] {
        var lists = lists
        var mixed: [JSON] = []
        while let index = lists.indices.filter({ !lists[$0].isEmpty }).randomElement(using: &random) {
            mixed.append(lists[index].removeFirst())
        }
        return mixed
    }

    /// Parallel calls: one after the other or interleaved, which servers number; arguments in pieces, all in the first
    /// delta, or all in the last.
    private func openAICallDeltas(using random: inout SeededGenerator) -> [JSON] {
        guard !self.calls.isEmpty else { return [] }
        let hasIDs = self.calls.allSatisfy { !$0.id.isEmpty }
        let numbering = self.style.isInterleaved || !hasIDs ? 0 : Int.random(in: 0...3, using: &random)
        if numbering == 3, Bool.random(using: &random) {
            // All in one, whole.
            let calls = self.calls.enumerated().map { self.openAIStart($1, at: $0, arguments: $1.arguments) }
            return [["tool_calls": .array(calls)]]
        }
        var lists = self.calls.enumerated().map { number, call -> [JSON] in
            let list = self.openAIDeltas(of: call, at: number, using: &random)
            switch numbering {
            case 1:  // No index at all.
                return list.map {
                    var delta = $0
                    delta["index"] = nil
                    return delta
                }
            case 2:  // The same one for all.
                return list.map {
                    var delta = $0
                    delta["index"] = 0
                    return delta
                }
            default: return list
            }
        }
        guard self.style.isInterleaved else { return lists.flatMap { $0 }.map { ["tool_calls": [$0]] } }
        let starts = lists.compactMap(\.first)
        lists = lists.map { Array($0.dropFirst()) }
        return (starts + Self.mixed(lists, using: &random)).map { ["tool_calls": [$0]] }
    }

    private typealias Call = (id: String, name: String, arguments: String)

    private func openAIDeltas(of call: Call, at number: Int, using random: inout SeededGenerator) -> [JSON] {
        let style = self.style.hasObjects ? 0 : Int.random(in: 0...3, using: &random)
        // No arguments at all is how some servers write the empty object.
        let arguments = call.arguments == "{}" && Bool.random(using: &random) ? "" : call.arguments
        let start = self.openAIStart(call, at: number, arguments: style == 0 ? arguments : style == 1 ? nil : "")
        let pieces =
            style == 0 ? [] : style == 1 ? [arguments] : GeneratedText.pieces(of: arguments, using: &random)
        // Some say with every piece whose it is.
        let repeats = Int.random(in: 0..<4, using: &random) == 0
        return [start]
            + pieces.map { piece in
                guard !repeats else { return self.openAIStart(call, at: number, arguments: piece) }
                return ["index": JSON(number), "function": ["arguments": .string(piece)]]
            }
    }

    private func openAIStart(_ call: Call, at number: Int, arguments: String?) -> JSON {
        var json: JSON = ["index": JSON(number), "type": "function", "function": ["name": .string(call.name)]]
        if !call.id.isEmpty { json["id"] = .string(call.id) }
        if let arguments { json["function"]?["arguments"] = self.openAIArguments(arguments) }
        return json
    }

    private func openAIChunk(choices: JSON, usage: JSON? = nil) -> JSON {
        [
            "id": "chatcmpl-9", "object": "chat.completion.chunk", "model": "m-1", "choices": choices,
            "usage": usage ?? .null,
        ]
    }

    private var openAIUsage: JSON {
        [
            "prompt_tokens": JSON(self.usage.totalInput), "completion_tokens": JSON(self.usage.totalOutput),
            "total_tokens": JSON(self.usage.total),
            "prompt_tokens_details": [
                "cached_tokens": JSON(self.usage.cacheRead), "cache_write_tokens": JSON(self.usage.cacheWrite),
            ],
            "completion_tokens_details": ["reasoning_tokens": JSON(self.usage.reasoning)],
        ]
    }
}
