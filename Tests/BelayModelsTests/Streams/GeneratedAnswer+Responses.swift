import BelayCore
import BelayJSON
import BelayTesting

extension GeneratedAnswer {
    var responsesBody: JSON {
        self.response(status: self.responsesStatus, output: self.parts.enumerated().map { Self.item($1, at: $0) })
    }

    /// The data of each event.
    func responsesEvents(using random: inout SeededGenerator) -> [String] {
        let begun = self.response(status: "in_progress", output: [], isEnd: false)
        var events: [JSON] = [
            ["type": "response.created", "response": begun], ["type": "response.in_progress", "response": begun],
        ]
        for (index, part) in self.parts.enumerated() {
            // Some servers send whole items only.
            let isWhole = Int.random(in: 0...4, using: &random) == 0
            if !isWhole || Bool.random(using: &random) {
                events.append(Self.event("response.output_item.added", index, ["item": Self.opening(part, at: index)]))
            }
            if !isWhole { events += Self.deltas(of: part, at: index, using: &random) }
            events.append(Self.event("response.output_item.done", index, ["item": Self.item(part, at: index)]))
        }
        events.append(["type": .string("response.\(self.responsesStatus)"), "response": self.responsesBody])
        let escapes = Bool.random(using: &random)
        return events.map { escapes ? Self.escaped($0.serialized()) : $0.serialized() }
    }

    private func response(status: String, output: [JSON], isEnd: Bool = true) -> JSON {
        [
            "id": "resp_9", "object": "response", "model": "m-1", "status": .string(status), "error": nil,
            "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : .null,
            "output": .array(output), "usage": isEnd ? self.responsesUsage : .null,
        ]
    }

    private var responsesStatus: String { self.stop == .maxTokens ? "incomplete" : "completed" }

    private var responsesUsage: JSON {
        [
            "input_tokens": JSON(self.usage.totalInput), "output_tokens": JSON(self.usage.output),
            "input_tokens_details": ["cached_tokens": JSON(self.usage.cacheRead)],
            "output_tokens_details": ["reasoning_tokens": 0],
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
        case .text: Self.item(.text(""), at: index)
        case .thinking, .redacted: ["type": "reasoning", "id": "rs_\(index)", "summary": []]
        case .call(let id, let name, _): Self.item(.call(id: id, name: name, arguments: ""), at: index)
        }
    }

    private static func deltas(of part: Part, at index: Int, using random: inout SeededGenerator) -> [JSON] {
        switch part {
        case .text(let text):
            return Self.pieces(of: text, using: &random).map {
                Self.event("response.output_text.delta", index, ["content_index": 0, "delta": .string($0)])
            }
        case .thinking(let text, _):
            var events: [JSON] = []
            for (number, paragraph) in Self.paragraphs(of: text).enumerated() {
                events += Self.pieces(of: paragraph, using: &random).map {
                    Self.event(
                        "response.reasoning_summary_text.delta", index,
                        ["summary_index": JSON(number), "delta": .string($0)])
                }
            }
            return events
        case .redacted: return []
        case .call(_, _, let arguments):
            return Self.pieces(of: arguments, using: &random).map {
                Self.event("response.function_call_arguments.delta", index, ["delta": .string($0)])
            }
        }
    }

    private static func event(_ type: String, _ index: Int, _ more: JSON.Object) -> JSON {
        var event: JSON.Object = ["type": .string(type), "output_index": JSON(index)]
        for (key, value) in more { event[key] = value }
        return .object(event)
    }

    /// Thoughts are told in one or two parts.
    private static func paragraphs(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count > 1, scalars.count % 2 == 0 else { return [text] }
        return [scalars.prefix(scalars.count / 2), scalars.suffix(scalars.count / 2)].map { half in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: half)
            return String(view)
        }
    }
}
