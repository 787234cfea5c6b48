import BelayCore
import BelayJSON

/// The items of a response: one for each part of an answer. Their ids are made of the response's own.
struct ResponsesItems: Sendable {
    let token: String
    let includesSignatures: Bool

    /// - Parameter index: The place of the item in the output.
    func item(_ content: Content, at index: Int, status: String) -> JSON? {
        switch content {
        case .text(let text):
            [
                "id": .string(self.id(of: content, at: index)), "type": "message", "status": .string(status),
                "role": "assistant", "content": [Self.part(text)],
            ]
        case .toolCall(let call):
            [
                "id": .string(self.id(of: content, at: index)), "type": "function_call", "status": .string(status),
                "call_id": .string(call.id), "name": .string(call.name), "arguments": .string(call.arguments),
            ]
        case .reasoning(let reasoning): self.reasoning(reasoning, id: self.id(of: content, at: index))
        // A model doesn't answer with these.
        case .toolResult, .image, .file: nil
        }
    }

    /// All items of an answer: when it broke off, the last one is not whole.
    func output(_ content: [Content], isWhole: Bool) -> [JSON] {
        content.enumerated().compactMap { index, part in
            self.item(part, at: index, status: isWhole || index < content.count - 1 ? "completed" : "incomplete")
        }
    }

    func id(of content: Content, at index: Int) -> String {
        switch content {
        case .toolCall: "fc_\(self.token)\(index)"
        case .reasoning: "rs_\(self.token)\(index)"
        case .text, .toolResult, .image, .file: "msg_\(self.token)\(index)"
        }
    }

    static func part(_ text: String) -> JSON {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    static func summary(_ text: String) -> JSON { ["type": "summary_text", "text": .string(text)] }

    private func reasoning(_ reasoning: Reasoning, id: String) -> JSON {
        var item: JSON = ["id": .string(id), "type": "reasoning"]
        item["summary"] = .array(reasoning.text.isEmpty ? [] : [Self.summary(reasoning.text)])
        if self.includesSignatures { item["encrypted_content"] = reasoning.signature.map(JSON.string) ?? .null }
        return item
    }
}
