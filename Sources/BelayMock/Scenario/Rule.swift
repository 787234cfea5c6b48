/// A condition and the replies for it.
struct Rule: Sendable, Equatable {
    enum Sequence: String, Sendable, CaseIterable {
        /// By assistant messages in the whole conversation.
        case turn
        /// By assistant messages since the user last spoke.
        case step
    }

    var condition: Condition
    /// At least one; after the last one the last one repeats.
    var replies: [Reply]
    var sequence = Sequence.turn

    func reply(to conversation: Conversation) -> Reply {
        let index = self.sequence == .turn ? conversation.turn : conversation.step
        return self.replies[min(index, self.replies.count - 1)]
    }
}
