import BelayJSON

/// Messages as whoever sums them up gets to read them: numbered, each with who said it.
struct Transcript: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var source: PinnedFact.Source
        /// The tool whose result it is.
        var tool: String?
        var text: String
    }

    /// The oldest first.
    private(set) var entries: [Entry]
    /// Entries that there was no room for: the oldest.
    private(set) var leftOut = 0

    /// Characters of one entry.
    private static let longestEntry = 4_000

    /// - Parameter maxBytes: Of all entries together.
    init(_ messages: [Message], maxBytes: Int) {
        var names: [String: String] = [:]
        for call in messages.flatMap(\.toolCalls) { names[call.id] = call.name }
        let all = messages.flatMap { message in Self.entries(of: message, names) }
        var room = maxBytes
        let kept = all.reversed().prefix { entry in
            room -= entry.text.utf8.count + 40
            return room >= 0
        }
        self.entries = kept.reversed()
        self.leftOut = all.count - kept.count
    }

    private static func entries(of message: Message, _ names: [String: String]) -> [Entry] {
        message.content.compactMap { part in
            switch part {
            case .text(let text): Entry(source: Self.source(of: message.role), text: Self.short(text))
            case .toolCall(let call):
                Entry(source: .assistant, text: Self.short("called \(call.name) with \(call.arguments)"))
            case .toolResult(let result):
                Entry(source: .tool, tool: names[result.callID], text: Self.short(result.content))
            case .image, .file: Entry(source: Self.source(of: message.role), text: "(an attachment)")
            case .reasoning: nil
            }
        }
    }

    private static func source(of role: Message.Role) -> PinnedFact.Source {
        switch role {
        case .user: .user
        case .assistant: .assistant
        case .tool: .tool
        }
    }

    /// The beginning and the end of a long text.
    private static func short(_ text: String) -> String {
        guard text.count > Self.longestEntry else { return text }
        let half = Self.longestEntry / 2
        return "\(text.prefix(half)) ... \(text.suffix(half))"
    }

    /// The document that is summed up, with what was summed up before.
    func document(after earlier: ContextSummary?) -> JSON {
        let facts = (earlier?.facts ?? []).map { fact -> JSON in
            ["name": .string(fact.name), "value": .string(fact.value), "from": .string(fact.source.rawValue)]
        }
        let messages = self.entries.enumerated().map { index, entry -> JSON in
            var json: JSON = [
                "number": .int(Int64(index + 1)), "from": .string(entry.source.rawValue), "text": .string(entry.text),
            ]
            if let tool = entry.tool { json["tool"] = .string(tool) }
            if entry.source == .tool { json["untrusted"] = true }
            return json
        }
        return [
            "earlier_summary": .string(earlier?.text ?? ""), "facts_on_record": .array(facts),
            "messages": .array(messages),
        ]
    }

    /// The fact as it is kept; nil when it doesn't stand in its message word for word.
    func fact(named name: String, value: String, inMessage number: Int) -> PinnedFact? {
        let name = name.trimmed, value = value.trimmed
        guard self.entries.indices.contains(number - 1), !name.isEmpty, !value.isEmpty,
            name.count <= PinnedFact.longestName, value.count <= PinnedFact.longestValue
        else { return nil }
        let entry = self.entries[number - 1]
        guard entry.text.spacedOnce.contains(value.spacedOnce) else { return nil }
        return PinnedFact(name: name, value: value, source: entry.source)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Line breaks and runs of spaces count for one space.
    fileprivate var spacedOnce: String { self.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
