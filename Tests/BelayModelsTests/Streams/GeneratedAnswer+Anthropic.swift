import BelayCore
import BelayJSON
import BelayTesting

extension GeneratedAnswer {
    func anthropicBody() throws -> JSON {
        let content = try self.parts.map { part -> JSON in
            switch part {
            case .text(let text): ["type": "text", "text": .string(text)]
            case .thinking(let text, let signature):
                ["type": "thinking", "thinking": .string(text), "signature": .string(signature ?? "")]
            case .redacted(let data): ["type": "redacted_thinking", "data": .string(data)]
            case .call(let id, let name, let arguments):
                ["type": "tool_use", "id": .string(id), "name": .string(name), "input": try JSON.parse(arguments)]
            }
        }
        return [
            "type": "message", "id": "msg_9", "model": "m-1", "content": .array(content),
            "stop_reason": .string(self.anthropicStop), "usage": self.anthropicUsage(output: self.usage.output),
        ]
    }

    func anthropicEvents(using random: inout SeededGenerator) -> [String] {
        let start: JSON = [
            "type": "message", "id": "msg_9", "model": "m-1", "content": [], "stop_reason": nil,
            "usage": self.anthropicUsage(output: 1),
        ]
        var events: [JSON] = [["type": "message_start", "message": start], ["type": "ping"]]
        for (index, part) in self.parts.enumerated() {
            let (block, deltas) = self.block(of: part, using: &random)
            events.append(["type": "content_block_start", "index": JSON(index), "content_block": block])
            for delta in deltas {
                events.append(["type": "content_block_delta", "index": JSON(index), "delta": delta])
                if Int.random(in: 0...9, using: &random) == 0 { events.append(["type": "ping"]) }
            }
            events.append(["type": "content_block_stop", "index": JSON(index)])
        }
        let delta: JSON = ["stop_reason": .string(self.anthropicStop), "stop_sequence": nil]
        let usage: JSON = ["output_tokens": JSON(self.usage.output)]
        events.append(["type": "message_delta", "delta": delta, "usage": usage])
        events.append(["type": "message_stop"])
        let escapes = Bool.random(using: &random)
        return events.map { escapes ? Self.escaped($0.serialized()) : $0.serialized() }
    }

    private func block(of part: Part, using random: inout SeededGenerator) -> (JSON, deltas: [JSON]) {
        switch part {
        case .text(let text):
            let deltas = Self.pieces(of: text, using: &random)
            return (["type": "text", "text": ""], deltas.map { ["type": "text_delta", "text": .string($0)] })
        case .thinking(let text, let signature):
            let deltas = Self.pieces(of: text, using: &random)
            return (
                ["type": "thinking", "thinking": "", "signature": ""],
                deltas.map { ["type": "thinking_delta", "thinking": .string($0)] }
                    + [["type": "signature_delta", "signature": .string(signature ?? "")]]
            )
        case .redacted(let data): return (["type": "redacted_thinking", "data": .string(data)], [])
        case .call(let id, let name, let arguments):
            let text = arguments == "{}" && Bool.random(using: &random) ? "" : arguments
            let pieces = [""] + (Bool.random(using: &random) ? [text] : Self.pieces(of: text, using: &random))
            return (
                ["type": "tool_use", "id": .string(id), "name": .string(name), "input": [:]],
                pieces.map { ["type": "input_json_delta", "partial_json": .string($0)] }
            )
        }
    }

    private var anthropicStop: String {
        switch self.stop {
        case .toolUse: "tool_use"
        case .maxTokens: "max_tokens"
        default: "end_turn"
        }
    }

    private func anthropicUsage(output: Int) -> JSON {
        [
            "input_tokens": JSON(self.usage.freshInput), "cache_read_input_tokens": JSON(self.usage.cacheRead),
            "output_tokens": JSON(output),
        ]
    }
}
