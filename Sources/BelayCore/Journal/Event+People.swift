import BelayJSON

extension Event {
    public struct WaitAnswered: Sendable, Hashable, Codable {
        public var wait: WaitID
        /// Valid by the wait's schema.
        public var answer: JSON
        public var by: String

        public init(wait: WaitID, answer: JSON, by: String) {
            self.wait = wait
            self.answer = answer
            self.by = by
        }
    }

    /// The wait is over without an answer.
    public struct WaitExpired: Sendable, Hashable, Codable {
        public var wait: WaitID

        public init(wait: WaitID) { self.wait = wait }
    }

    public struct LoopDetected: Sendable, Hashable, Codable {
        /// What repeats, in words.
        public var detail: String

        public init(detail: String) { self.detail = detail }
    }

    /// An output of the model that may not be used; the model is told why.
    public struct OutputRejected: Sendable, Hashable, Codable {
        /// Of answers that were cut at the step's token limit.
        static let length = "length"
        /// Of answers that claim what no tool did.
        static let honesty = "honesty"

        public var validator: String
        public var error: String

        public init(validator: String, error: String) {
            self.validator = validator
            self.error = error
        }
    }

    public struct Escalated: Sendable, Hashable, Codable {
        /// 1: again with the error in the context; 2: another path; 3: a person.
        public var tier: Int
        public var reason: String

        public init(tier: Int, reason: String) {
            self.tier = tier
            self.reason = reason
        }
    }

    public struct FeedbackReceived: Sendable, Hashable, Codable {
        /// 0 (bad) to 1 (good).
        public var score: Double
        public var comment: String?
        public var by: String

        public init(score: Double, comment: String? = nil, by: String) {
            self.score = score
            self.comment = comment
            self.by = by
        }
    }
}
