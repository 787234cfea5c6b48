import BelayCore

/// Puts the parts of an answer together, the same way for an answer that came at once and for one that was streamed:
/// neighbouring pieces of text are one text, and a signature ends a block of reasoning.
struct ContentBuilder: Sendable {
    private let origin: String
    private var content: [Content] = []
    /// Where in `content` the tool call of each index is.
    private var calls: [Int: Int] = [:]
    private var reasoningIsOpen = false

    /// - Parameter origin: The provider's name, kept with its reasoning.
    init(origin: String) { self.origin = origin }

    var hasToolCalls: Bool { !self.calls.isEmpty }

    /// The parts so far; tool calls without arguments have an empty object.
    var finished: [Content] {
        self.content.map { part in
            guard case .toolCall(var call) = part else { return part }
            call.arguments = ToolArguments.completed(call.arguments)
            return .toolCall(call)
        }
    }

    mutating func appendText(_ text: String) {
        guard !text.isEmpty else { return }
        self.reasoningIsOpen = false
        if case .text(var all) = self.content.last {
            // Taken out of the array while it grows: a second owner would make every piece copy all before it.
            self.content.removeLast()
            all += text
            self.content.append(.text(all))
        } else {
            self.content.append(.text(text))
        }
    }

    mutating func appendReasoning(_ text: String) {
        guard !text.isEmpty else { return }
        if self.reasoningIsOpen, case .reasoning(var reasoning) = self.content.last {
            self.content.removeLast()
            reasoning.text += text
            self.content.append(.reasoning(reasoning))
        } else {
            self.content.append(.reasoning(Reasoning(text: text, origin: self.origin)))
            self.reasoningIsOpen = true
        }
    }

    /// Ends the open block of reasoning, or is a block of its own: when none is open, and when it holds reasoning that only
    /// its provider can read.
    mutating func signReasoning(_ signature: String) {
        guard !signature.isEmpty else { return }
        if self.reasoningIsOpen, !Reasoning.isRedacted(signature),
            case .reasoning(var reasoning) = self.content.last
        {
            reasoning.signature = signature
            self.content[self.content.count - 1] = .reasoning(reasoning)
        } else {
            self.content.append(.reasoning(Reasoning(text: "", signature: signature, origin: self.origin)))
        }
        self.reasoningIsOpen = false
    }

    /// - Returns: False when there is a call of this index already.
    mutating func startToolCall(index: Int, id: String, name: String) -> Bool {
        guard self.calls[index] == nil else { return false }
        self.reasoningIsOpen = false
        self.calls[index] = self.content.count
        self.content.append(.toolCall(ToolCall(id: id, name: name, arguments: "")))
        return true
    }

    /// - Returns: False when there is no call of this index.
    mutating func appendArguments(index: Int, _ text: String) -> Bool {
        guard let position = self.calls[index], case .toolCall(var call) = self.content[position] else { return false }
        self.content[position] = .text("")
        call.arguments += text
        self.content[position] = .toolCall(call)
        return true
    }
}
