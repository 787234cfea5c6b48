import BelayJSON

extension Fault {
    /// The answer as this fault leaves it: what the model said, not how it was sent.
    func altered(_ answer: Answer) -> Answer {
        var altered = answer
        switch self.kind {
        case .emptyAnswer:
            (altered.text, altered.refusal, altered.calls, altered.stop) = (nil, nil, [], .end)
            altered.embeddings?.vectors = []
        case .contentFilter:
            altered.text = answer.text.map { String($0.prefix($0.count / 2)) }
            (altered.calls, altered.stop) = ([], .contentFilter)
        case .refusal:
            altered.refusal = "I can't help with that."
            (altered.text, altered.calls, altered.stop) = (nil, [], .refusal)
        case .truncatedArguments:
            altered.alterLastCall { String($0.prefix(max(1, $0.count / 2))) }
            altered.stop = .maximumTokens
        case .invalidArguments:
            altered.alterLastCall { $0.dropLast() + ",, oops}" }
        case .unknownTool:
            if let last = altered.calls.indices.last { altered.calls[last].name += "_v2" }
        case .fabricatedSuccess:
            altered.text = answer.calls.last.map { Self.claim(of: $0.name) }
            (altered.calls, altered.stop) = ([], .end)
        default:
            break
        }
        return altered
    }

    /// `create_refund` in the words of a model that did not call it: "I have created the refund."
    private static func claim(of tool: String) -> String {
        let words = tool.split { $0 == "_" || $0 == "-" }.map { $0.lowercased() }
        let verb = words.first ?? tool
        let past = Self.irregular[verb] ?? (verb.hasSuffix("e") ? verb + "d" : verb + "ed")
        let object = words.dropFirst().joined(separator: " ")
        return "Done! I have \(past) \(object.isEmpty ? "it" : "the \(object)") for you."
    }

    private static let irregular = [
        "send": "sent", "make": "made", "pay": "paid", "write": "written", "cancel": "cancelled", "submit": "submitted",
        "apply": "applied", "set": "set", "put": "put", "give": "given", "tag": "tagged", "stop": "stopped",
        "find": "found", "get": "got",
    ]
}

extension Answer {
    fileprivate mutating func alterLastCall(_ change: (String) -> String) {
        guard let last = self.calls.indices.last else { return }
        self.calls[last].arguments = change(self.calls[last].arguments)
    }
}
