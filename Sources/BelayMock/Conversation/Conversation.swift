import BelayJSON

/// What a model was asked, whichever vendor's protocol it came in.
struct Conversation: Sendable {
    enum Role: String, Sendable, CaseIterable { case user, assistant, tool }

    struct Call: Sendable {
        var id: String
        var name: String
    }

    struct Entry: Sendable {
        var role: Role
        var text: String
        /// Calls that an assistant's message makes.
        var calls: [Call] = []
        /// Of a tool's message: which call it answers, and the tool's name as found in that call.
        var callID: String?
        var toolName: String?
    }

    struct OfferedTool: Sendable {
        var name: String
        var parameters: JSON
    }

    enum ToolChoice: Sendable, Equatable {
        case automatic
        case none
        case required
        case named(String)
    }

    var wire: WireProtocol
    var model: String
    var streams: Bool
    /// OpenAI's `stream_options.include_usage`.
    var includesUsage = true
    var system: String
    var entries: [Entry]
    var tools: [OfferedTool] = []
    var toolChoice = ToolChoice.automatic
    var maximumOutputTokens: Int?
    /// The schema of the answer when structured output is asked for; an empty object when any JSON will do.
    var answerSchema: JSON?
    /// The model's thoughts are asked for in encrypted form.
    var wantsThoughts = false
    /// The request's text, in tokens, estimated.
    var inputTokens = 0
}

extension Conversation {
    var turn: Int { self.entries.count { $0.role == .assistant } }

    /// Assistant messages since the user last spoke.
    var step: Int {
        let last = self.entries.lastIndex { $0.role == .user } ?? 0
        return self.entries[last...].count { $0.role == .assistant }
    }

    var task: String { self.entries.first { $0.role == .user }?.text ?? "" }
    var lastMessage: String { self.entries.last { $0.role == .user }?.text ?? "" }
    var lastRole: Role? { self.entries.last?.role }

    /// Results that arrived after the model's last message.
    var freshResults: [Entry] {
        let start = self.entries.lastIndex { $0.role == .assistant } ?? self.entries.startIndex
        return self.entries[start...].filter { $0.role == .tool }
    }

    func lastResult(ofTool name: String? = nil) -> Entry? {
        self.entries.last { $0.role == .tool && (name == nil || $0.toolName == name) }
    }

    /// Gives each result the name of the tool whose call it answers.
    mutating func nameResults() {
        var names: [String: String] = [:]
        for index in self.entries.indices {
            for call in self.entries[index].calls { names[call.id] = call.name }
            if let id = self.entries[index].callID { self.entries[index].toolName = names[id] }
        }
    }
}
