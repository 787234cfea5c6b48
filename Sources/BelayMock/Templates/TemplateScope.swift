import BelayJSON

/// Where placeholders find their values: the conversation, and what the rule's regular expressions caught.
struct TemplateScope {
    let conversation: Conversation
    let captures: [String: String]
    /// Placeholders that had no value, for the statistics.
    var missing: [String] = []

    init(conversation: Conversation, captures: [String: String]) {
        self.conversation = conversation
        self.captures = captures
    }

    func value(at path: [String]) -> JSON? {
        let rest = path.dropFirst()
        switch path[0] {
        case "last_message": return .string(self.conversation.lastMessage)
        case "task": return .string(self.conversation.task)
        case "system": return .string(self.conversation.system)
        case "model": return .string(self.conversation.model)
        case "turn": return JSON(self.conversation.turn)
        case "step": return JSON(self.conversation.step)
        case "capture": return self.captures[path[1]].map(JSON.string)
        case "result": return Self.value(at: rest, in: self.conversation.lastResult()?.text)
        case "tool": return Self.value(at: rest.dropFirst(), in: self.conversation.lastResult(ofTool: path[1])?.text)
        case "results":
            let results = self.conversation.freshResults
            guard let first = rest.first, let index = Int(first), results.indices.contains(index) else { return nil }
            return Self.value(at: rest.dropFirst(), in: results[index].text)
        default: return nil
        }
    }

    /// A result's whole text, or a value inside it when it is JSON.
    private static func value(at path: ArraySlice<String>, in text: String?) -> JSON? {
        guard let text else { return nil }
        guard !path.isEmpty else { return .string(text) }
        guard var value = Self.parsed(text) else { return nil }
        for name in path {
            let inner: JSON? = if let index = Int(name), value.arrayValue != nil { value[index] } else { value[name] }
            guard let inner else { return nil }
            value = inner
        }
        return value
    }

    private static func parsed(_ text: String) -> JSON? {
        do {
            return try JSON.parse(text)
        } catch {
            return nil  // A tool may answer in plain text: then it has no fields.
        }
    }
}
