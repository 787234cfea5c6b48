/// When a rule applies: all that is given must hold.
struct Condition: Sendable, Equatable {
    var models: [NamePattern] = []
    var wire: WireProtocol?
    var streams: Bool?
    var system: TextMatch?
    var task: TextMatch?
    var lastMessage: TextMatch?
    var anyMessage: TextMatch?
    var toolResult: TextMatch?
    var lastRole: Conversation.Role?
    /// The fresh results come from one of these tools.
    var tools: [String] = []
    var turn: ClosedRange<Int>?
    var step: ClosedRange<Int>?
    var toolsOffered: [String] = []

    var captureNames: [String] {
        [self.system, self.task, self.lastMessage, self.anyMessage, self.toolResult]
            .flatMap { $0?.pattern?.groups ?? [] }
    }

    /// What the regular expressions caught, or nil when the condition does not hold.
    func captures(in conversation: Conversation) -> [String: String]? {
        guard self.fits(conversation) else { return nil }
        let texts: [(match: TextMatch?, texts: [String])] = [
            (self.system, [conversation.system]),
            (self.task, [conversation.task]),
            (self.lastMessage, [conversation.lastMessage]),
            (self.anyMessage, conversation.entries.map(\.text)),
            (self.toolResult, conversation.freshResults.map(\.text)),
        ]
        var captures: [String: String] = [:]
        for case (let match?, let candidates) in texts {
            guard let caught = candidates.lazy.compactMap({ match.captures(in: $0) }).first else { return nil }
            captures.merge(caught) { first, _ in first }
        }
        return captures
    }

    private func fits(_ conversation: Conversation) -> Bool {
        if !self.models.isEmpty && !self.models.contains(where: { $0.matches(conversation.model) }) { return false }
        if let wire, wire != conversation.wire { return false }
        if let streams, streams != conversation.streams { return false }
        if let lastRole, lastRole != conversation.lastRole { return false }
        if let turn, !turn.contains(conversation.turn) { return false }
        if let step, !step.contains(conversation.step) { return false }
        if !self.tools.isEmpty {
            let names = conversation.freshResults.compactMap(\.toolName)
            guard names.contains(where: { self.tools.contains($0) }) else { return false }
        }
        let offered = conversation.tools.map(\.name)
        return self.toolsOffered.allSatisfy { offered.contains($0) }
    }
}
