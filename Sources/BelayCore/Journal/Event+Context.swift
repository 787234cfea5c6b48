extension Event {
    /// The execution goes on with the conversation of an earlier one of its session.
    public struct SessionContinued: Sendable, Hashable, Codable {
        /// What the session's earlier executions used, input and output.
        public var tokens: Int

        public init(tokens: Int) { self.tokens = tokens }
    }

    /// Messages left the context for a summary of them. The journal keeps them all.
    public struct ContextCompacted: Sendable, Hashable, Codable {
        public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
            /// Four fifths of the tokens that a context may have.
            case window
            /// Four fifths of the session's tokens are used.
            case sessionBudget
            /// More executions of the session than are read.
            case history
            /// The model said that it is too long.
            case tooLong
        }

        public var cause: Cause
        /// What was said up to this event of the journal is replaced, but for the task and what staff said; 0 when only
        /// earlier executions of the session are.
        public var through: Int
        /// How many messages are replaced.
        public var replaced: Int
        /// What was said in earlier executions and stays as it was.
        public var earlier: [Message]
        /// What stands in the context from now on for all that was ever replaced.
        public var summary: ContextSummary
        /// Facts that the model named and that don't stand where it said.
        public var rejectedFacts: Int
        public var usage: Usage
        public var cost: Cost
        /// Who summed up; nil when nobody did.
        public var path: ModelPath?
        public var milliseconds: Int64
        /// Why nobody did.
        public var failure: String?

        public init(
            cause: Cause, through: Int, replaced: Int, earlier: [Message], summary: ContextSummary,
            rejectedFacts: Int = 0, usage: Usage = .zero, cost: Cost = .known(.zero), path: ModelPath? = nil,
            milliseconds: Int64 = 0, failure: String? = nil
        ) {
            self.cause = cause
            self.through = through
            self.replaced = replaced
            self.earlier = earlier
            self.summary = summary
            self.rejectedFacts = rejectedFacts
            self.usage = usage
            self.cost = cost
            self.path = path
            self.milliseconds = milliseconds
            self.failure = failure
        }
    }
}
