import BelayCore
import BelayJSON
import BelayTesting

extension GeneratedAnswer {
    var openAIBody: JSON {
        var message: JSON = ["role": "assistant", "content": nil]
        for part in self.parts {
            switch part {
            case .text(let text): message["content"] = .string(text)
            case .thinking(let text, _): message["reasoning_content"] = .string(text)
            case .redacted, .call: break
            }
        }
        let calls = self.calls.map { call -> JSON in
            [
                "id": .string(call.id), "type": "function",
                "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ]
        }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        return [
            "id": "chatcmpl-9", "model": "m-1",
            "choices": [["index": 0, "message": message, "finish_reason": .string(self.openAIFinish)]],
            "usage": self.openAIUsage,
        ]
    }

    /// The data of each event.
    func openAIEvents(using random: inout SeededGenerator) -> [String] {
        var deltas: [JSON] = [["role": "assistant", "content": ""]]
        for part in self.parts {
            switch part {
            case .text(let text):
                deltas += Self.pieces(of: text, using: &random).map { ["content": .string($0)] }
            case .thinking(let text, _):
                deltas += Self.pieces(of: text, using: &random).map { ["reasoning_content": .string($0)] }
            case .redacted, .call: break
            }
        }
        deltas += self.callDeltas(using: &random)
        var events = deltas.map { self.openAIChunk(choices: [["index": 0, "delta": $0, "finish_reason": nil]]) }
        let finish: JSON = ["index": 0, "delta": [:], "finish_reason": .string(self.openAIFinish)]
        events.append(self.openAIChunk(choices: [finish]))
        events.append(self.openAIChunk(choices: [], usage: self.openAIUsage))
        let escapes = Bool.random(using: &random)
        return events.map { escapes ? Self.escaped($0.serialized()) : $0.serialized() } + ["[DONE]"]
    }

    /// Parallel calls: one after the other or interleaved; arguments in pieces, all in the first delta, or all in the last.
    private func callDeltas(using random: inout SeededGenerator) -> [JSON] {
        var lists: [[JSON]] = []
        for (index, call) in self.calls.enumerated() {
            let style = Int.random(in: 0...2, using: &random)
            // No arguments at all is how some servers write the empty object.
            let arguments = call.arguments == "{}" && Bool.random(using: &random) ? "" : call.arguments
            var function: JSON = ["name": .string(call.name), "arguments": ""]
            if style == 0 { function["arguments"] = .string(arguments) }
            let start: JSON = [
                "index": JSON(index), "id": .string(call.id), "type": "function", "function": function,
            ]
            let pieces = style == 0 ? [] : style == 1 ? [arguments] : Self.pieces(of: arguments, using: &random)
            let rest = pieces.map { piece -> JSON in
                ["index": JSON(index), "function": ["arguments": .string(piece)]]
            }
            lists.append([start] + rest)
        }
        let interleaves = Bool.random(using: &random)
        var deltas: [JSON] = interleaves ? lists.compactMap(\.first) : []
        if interleaves { lists = lists.map { Array($0.dropFirst()) } }
        while let index = interleaves
            ? lists.indices.filter({ !lists[$0].isEmpty }).randomElement(using: &random)
            : lists.firstIndex(where: { !$0.isEmpty })
        {
            deltas.append(lists[index].removeFirst())
        }
        return deltas.map { ["tool_calls": [$0]] }
    }

    private func openAIChunk(choices: JSON, usage: JSON? = nil) -> JSON {
        ["id": "chatcmpl-9", "model": "m-1", "choices": choices, "usage": usage ?? .null]
    }

    private var openAIFinish: String {
        switch self.stop {
        case .toolUse: "tool_calls"
        case .maxTokens: "length"
        default: "stop"
        }
    }

    private var openAIUsage: JSON {
        [
            "prompt_tokens": JSON(self.usage.totalInput), "completion_tokens": JSON(self.usage.output),
            "prompt_tokens_details": ["cached_tokens": JSON(self.usage.cacheRead)],
        ]
    }
}
