import BelayCore
import BelayJSON

extension GeneratedAnswer {
    package func anthropicBody() throws -> JSON {
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
            "type": "message", "id": "msg_9", "role": "assistant", "model": "m-1", "content": .array(content),
            "stop_reason": .string(self.stopWord), "stop_sequence": self.stopSequence.map(JSON.string) ?? .null,
            "usage": self.anthropicUsage,
        ]
    }

    /// The data of each event; the last one is the terminator.
    package func anthropicEvents(using random: inout SeededGenerator) throws -> [String] {
        // The input is known at the beginning; the output grows.
        var known = self.anthropicUsage
        known["output_tokens"] = 1
        known["output_tokens_details"] = nil
        let start: JSON = [
            "type": "message", "id": "msg_9", "role": "assistant", "model": "m-1", "content": [], "stop_reason": nil,
            "stop_sequence": nil, "usage": known,
        ]
        var events: [JSON] = [["type": "message_start", "message": start], ["type": "ping"]]
        for (index, part) in self.parts.enumerated() {
            let (block, deltas) = try self.block(of: part, using: &random)
            events.append(["type": "content_block_start", "index": JSON(index), "content_block": block])
            for delta in deltas {
                events.append(["type": "content_block_delta", "index": JSON(index), "delta": delta])
                if Int.random(in: 0...9, using: &random) == 0 {
                    events.append(["type": Bool.random(using: &random) ? "ping" : "something_new"])
                }
            }
            events.append(["type": "content_block_stop", "index": JSON(index)])
        }
        let delta: JSON = [
            "stop_reason": .string(self.stopWord), "stop_sequence": self.stopSequence.map(JSON.string) ?? .null,
        ]
        var usage = self.anthropicUsage
        // All figures, which are cumulative, or only those that are new.
        if Bool.random(using: &random) { usage["input_tokens"] = nil }
        if Bool.random(using: &random) {
            usage["cache_read_input_tokens"] = nil
            usage["cache_creation_input_tokens"] = nil
        }
        events.append(["type": "message_delta", "delta": delta, "usage": usage])
        events.append(["type": "message_stop"])
        return events.map { self.style.escapes ? GeneratedText.escaped($0.serialized()) : $0.serialized() }
    }

    private func block(of part: Part, using random: inout SeededGenerator) throws -> (JSON, deltas: [JSON]) {
        switch part {
        case .text(let text):
            var pieces = GeneratedText.pieces(of: text, using: &random)
            // Servers that only speak the protocol begin with the text that they have.
            let first = Int.random(in: 0..<4, using: &random) == 0 && !pieces.isEmpty ? pieces.removeFirst() : ""
            return (
                ["type": "text", "text": .string(first)], pieces.map { ["type": "text_delta", "text": .string($0)] }
            )
        case .thinking(let text, let signature):
            let deltas = GeneratedText.pieces(of: text, using: &random)
            return (
                ["type": "thinking", "thinking": "", "signature": ""],
                deltas.map { ["type": "thinking_delta", "thinking": .string($0)] }
                    + (signature.map { [["type": "signature_delta", "signature": .string($0)]] } ?? [])
            )
        case .redacted(let data): return (["type": "redacted_thinking", "data": .string(data)], [])
        case .call(let id, let name, let arguments):
            var block: JSON = ["type": "tool_use", "id": .string(id), "name": .string(name), "input": [:]]
            // Servers that only speak the protocol send all arguments at once: as the input, or in one delta.
            if Int.random(in: 0..<6, using: &random) == 0, try arguments == JSON.parse(arguments).serialized() {
                block["input"] = try JSON.parse(arguments)
                return (block, [])
            }
            let text = arguments == "{}" && Bool.random(using: &random) ? "" : arguments
            let pieces = Bool.random(using: &random) ? [text] : GeneratedText.pieces(of: text, using: &random)
            return (block, ([""] + pieces).map { ["type": "input_json_delta", "partial_json": .string($0)] })
        }
    }

    private var anthropicUsage: JSON {
        [
            "input_tokens": JSON(self.usage.freshInput), "cache_creation_input_tokens": JSON(self.usage.cacheWrite),
            "cache_read_input_tokens": JSON(self.usage.cacheRead), "output_tokens": JSON(self.usage.totalOutput),
            "output_tokens_details": ["thinking_tokens": JSON(self.usage.reasoning)],
        ]
    }
}
