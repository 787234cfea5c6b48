import BelayCore
import BelayJSON

extension GeneratedAnswer {
    package var responsesBody: JSON {
        self.response(self.stopWord, output: self.parts.enumerated().map { Self.item($1, at: $0) })
    }

    /// The data of each event; the last one is the terminator.
    package func responsesEvents(using random: inout SeededGenerator) -> [String] {
        let begun = self.response("in_progress", output: [])
        var events: [JSON] = [
            ["type": "response.created", "response": begun], ["type": "response.in_progress", "response": begun],
        ]
        for (index, part) in self.parts.enumerated() {
            // Servers that only speak the protocol send whole items.
            let isWhole = Int.random(in: 0..<6, using: &random) == 0
            if !isWhole || Bool.random(using: &random) {
                events.append(Self.event("output_item.added", index, ["item": Self.opening(part, at: index)]))
            }
            if !isWhole { events += Self.deltas(of: part, at: index, using: &random) }
            events.append(Self.event("output_item.done", index, ["item": Self.item(part, at: index)]))
            if Int.random(in: 0..<9, using: &random) == 0 { events.append(["type": "response.something_new"]) }
        }
        events.append(["type": .string("response.\(self.stopWord)"), "response": self.responsesBody])
        return events.enumerated().map { number, event in
            var event = event
            event["sequence_number"] = JSON(number)
            return self.style.escapes ? GeneratedText.escaped(event.serialized()) : event.serialized()
        }
    }

    private func response(_ status: String, output: [JSON]) -> JSON {
        var response: JSON = [
            "id": "resp_9", "object": "response", "created_at": 1_700_000_000, "model": "m-1",
            "status": .string(status), "error": nil, "output": .array(output), "incomplete_details": nil, "usage": nil,
        ]
        if status == "incomplete" {
            response["incomplete_details"] = [
                "reason": self.stop == .refused ? "content_filter" : "max_output_tokens"
            ]
        }
        if status != "in_progress" { response["usage"] = self.responsesUsage }
        return response
    }

    private var responsesUsage: JSON {
        [
            "input_tokens": JSON(self.usage.totalInput), "output_tokens": JSON(self.usage.totalOutput),
            "total_tokens": JSON(self.usage.total),
            "input_tokens_details": [
                "cached_tokens": JSON(self.usage.cacheRead), "cache_write_tokens": JSON(self.usage.cacheWrite),
            ],
            "output_tokens_details": ["reasoning_tokens": JSON(self.usage.reasoning)],
        ]
    }

    private static func item(_ part: Part, at index: Int) -> JSON {
        switch part {
        case .text(let text):
            [
                "type": "message", "id": "msg_\(index)", "role": "assistant", "status": "completed",
                "content": [["type": "output_text", "text": .string(text), "annotations": []]],
            ]
        case .thinking(let text, let signature):
            [
                "type": "reasoning", "id": "rs_\(index)", "encrypted_content": signature.map(JSON.string) ?? .null,
                "summary": .array(Self.paragraphs(of: text).map { ["type": "summary_text", "text": .string($0)] }),
            ]
        case .redacted(let data):
            ["type": "reasoning", "id": "rs_\(index)", "summary": [], "encrypted_content": .string(data)]
        case .call(let id, let name, let arguments):
            [
                "type": "function_call", "id": "fc_\(index)", "status": "completed", "call_id": .string(id),
                "name": .string(name), "arguments": .string(arguments),
            ]
        }
    }

    private static func opening(_ part: Part, at index: Int) -> JSON {
        switch part {
        case .text:
            [
                "type": "message", "id": "msg_\(index)", "role": "assistant", "status": "in_progress", "content": [],
            ]
        case .thinking, .redacted: ["type": "reasoning", "id": "rs_\(index)", "summary": []]
        case .call(let id, let name, _): Self.item(.call(id: id, name: name, arguments: ""), at: index)
        }
    }

    /// What comes in pieces, and then once more as a whole.
    private static func deltas(of part: Part, at index: Int, using random: inout SeededGenerator) -> [JSON] {
        switch part {
        case .text(let text):
            let empty: JSON = ["type": "output_text", "text": "", "annotations": []]
            let pieces = GeneratedText.pieces(of: text, using: &random)
            return [Self.event("content_part.added", index, ["content_index": 0, "part": empty])]
                + pieces.map { Self.event("output_text.delta", index, ["content_index": 0, "delta": .string($0)]) }
                + [Self.event("output_text.done", index, ["content_index": 0, "text": .string(text)])]
        case .thinking(let text, _):
            var events: [JSON] = []
            for (number, paragraph) in Self.paragraphs(of: text).enumerated() {
                let pieces = GeneratedText.pieces(of: paragraph, using: &random)
                events += pieces.map {
                    Self.event(
                        "reasoning_summary_text.delta", index, ["summary_index": JSON(number), "delta": .string($0)])
                }
            }
            return events
        case .redacted: return []
        case .call(_, _, let arguments):
            let pieces = GeneratedText.pieces(of: arguments, using: &random)
            return pieces.map { Self.event("function_call_arguments.delta", index, ["delta": .string($0)]) }
                + [Self.event("function_call_arguments.done", index, ["arguments": .string(arguments)])]
        }
    }

    private static func event(_ type: String, _ index: Int, _ more: JSON.Object) -> JSON {
        var event: JSON.Object = ["type": .string("response.\(type)"), "output_index": JSON(index)]
        for (key, value) in more { event[key] = value }
        return .object(event)
    }

    /// Thoughts are told in several parts, which whoever reads them puts an empty line between.
    private static func paragraphs(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        guard let gap = bytes.firstRange(of: [0x0A, 0x0A]), gap.lowerBound > 0, gap.upperBound < bytes.count else {
            return text.isEmpty ? [] : [text]
        }
        return [bytes[..<gap.lowerBound], bytes[gap.upperBound...]].map { String(decoding: $0, as: UTF8.self) }
    }
}
