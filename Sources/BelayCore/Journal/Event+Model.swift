extension Event {
    public struct ModelCallPlanned: Sendable, Hashable, Codable {
        public enum Purpose: String, Sendable, Hashable, Codable, CaseIterable {
            /// The next step of the task.
            case step
            /// Sum up what there is, because a limit was reached.
            case summary
        }

        /// 1 for the first model call.
        public var step: Int
        public var purpose: Purpose

        public init(step: Int, purpose: Purpose) {
            self.step = step
            self.purpose = purpose
        }
    }

    public struct AttemptFailed: Sendable, Hashable, Codable {
        public var attempt: ModelAttempt

        public init(attempt: ModelAttempt) { self.attempt = attempt }
    }

    public struct ModelAnswered: Sendable, Hashable, Codable {
        public var step: Int
        public var content: [Content]
        public var stopReason: StopReason
        public var usage: Usage
        public var cost: Cost
        public var path: ModelPath
        /// Milliseconds from the call to the end of the answer, failed attempts included.
        public var milliseconds: Int64
        /// A cached answer stood in because no model could be reached.
        public var isDegraded: Bool

        public init(
            step: Int, content: [Content], stopReason: StopReason, usage: Usage, cost: Cost, path: ModelPath,
            milliseconds: Int64, isDegraded: Bool = false
        ) {
            self.step = step
            self.content = content
            self.stopReason = stopReason
            self.usage = usage
            self.cost = cost
            self.path = path
            self.milliseconds = milliseconds
            self.isDegraded = isDegraded
        }

        public var toolCalls: [ToolCall] { self.content.compactMap(\.toolCall) }
        public var text: String { self.content.compactMap(\.text).joined() }
    }

    public struct ModelCallFailed: Sendable, Hashable, Codable {
        public var step: Int
        public var failure: ModelFailure
        /// What the user may be told.
        public var userMessage: String

        public init(step: Int, failure: ModelFailure, userMessage: String) {
            self.step = step
            self.failure = failure
            self.userMessage = userMessage
        }
    }
}
