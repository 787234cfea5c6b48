import BelayJSON

extension Event {
    public struct ToolCallDenied: Sendable, Hashable, Codable {
        public var callID: String
        public var failure: ToolFailure

        public init(callID: String, failure: ToolFailure) {
            self.callID = callID
            self.failure = failure
        }
    }

    /// Consent to one call with exactly these arguments; used up by the dispatch in the same transaction.
    public struct ToolCallApproved: Sendable, Hashable, Codable {
        public var callID: String
        /// Who said yes.
        public var by: String
        /// SHA-256 over the canonical arguments that were approved, in hexadecimal.
        public var argumentsDigest: String
        /// The arguments, when the approver changed them.
        public var editedArguments: String?

        public init(callID: String, by: String, argumentsDigest: String, editedArguments: String? = nil) {
            self.callID = callID
            self.by = by
            self.argumentsDigest = argumentsDigest
            self.editedArguments = editedArguments
        }
    }

    /// Written before the call, for every tool that is not read-only.
    public struct ToolCallDispatched: Sendable, Hashable, Codable {
        public var callID: String
        public var idempotencyKey: String
        /// SHA-256 over the canonical arguments, in hexadecimal.
        public var argumentsDigest: String
        /// 1 for the first.
        public var attempt: Int
        /// What had to be mended to read the model's arguments as JSON; nil when they were JSON.
        public var repairs: [String]?
        /// What it may cost at most; nil for a tool without a cost.
        public var mostCost: Money?

        public init(
            callID: String, idempotencyKey: String, argumentsDigest: String, attempt: Int, repairs: [String]? = nil,
            mostCost: Money? = nil
        ) {
            self.callID = callID
            self.idempotencyKey = idempotencyKey
            self.argumentsDigest = argumentsDigest
            self.attempt = attempt
            self.repairs = repairs
            self.mostCost = mostCost
        }
    }

    public struct ToolCallSucceeded: Sendable, Hashable, Codable {
        public var callID: String
        public var output: String
        public var milliseconds: Int64

        public init(callID: String, output: String, milliseconds: Int64) {
            self.callID = callID
            self.output = output
            self.milliseconds = milliseconds
        }
    }

    /// The call has no result and did not happen, or only as far as the failure says.
    public struct ToolCallFailed: Sendable, Hashable, Codable {
        public var callID: String
        public var failure: ToolFailure
        public var milliseconds: Int64

        public init(callID: String, failure: ToolFailure, milliseconds: Int64) {
            self.callID = callID
            self.failure = failure
            self.milliseconds = milliseconds
        }
    }

    /// The call was dispatched and nobody knows what came of it.
    public struct ToolCallInDoubt: Sendable, Hashable, Codable {
        public var callID: String
        public var policy: InDoubtPolicy
        public var reason: String
        /// Until then the call may still be running, so that only an answer that it happened counts; nil when an answer
        /// counts at any time.
        public var settlesAt: Timestamp?

        public init(callID: String, policy: InDoubtPolicy, reason: String, settlesAt: Timestamp? = nil) {
            self.callID = callID
            self.policy = policy
            self.reason = reason
            self.settlesAt = settlesAt
        }
    }

    /// A doubt was settled, or didn't have to arise.
    public struct ToolCallResolved: Sendable, Hashable, Codable {
        public enum Resolution: String, Sendable, Hashable, Codable, CaseIterable {
            case happened
            case didNotHappen
            case compensated
            /// The other side recognises the key: the call may be dispatched again.
            case repeatable
            /// It was dispatched and never sent, as the node knows that dispatched it: the call is where it was before, and
            /// this was no attempt.
            case notSent
        }

        public var callID: String
        public var resolution: Resolution
        /// The result, when it happened.
        public var output: String?
        /// A person, `probe` or `runtime`.
        public var by: String

        public init(callID: String, resolution: Resolution, output: String? = nil, by: String) {
            self.callID = callID
            self.resolution = resolution
            self.output = output
            self.by = by
        }
    }

    /// What an attempt at a call has cost, written with what came of it. Of tools that have a cost.
    public struct ToolCallBilled: Sendable, Hashable, Codable {
        public var callID: String
        public var cost: Cost
        /// What is wrong with the cost that the result told.
        public var anomaly: ToolCostAnomaly?

        public init(callID: String, cost: Cost, anomaly: ToolCostAnomaly? = nil) {
            self.callID = callID
            self.cost = cost
            self.anomaly = anomaly
        }
    }

    public struct OutputTruncated: Sendable, Hashable, Codable {
        public var callID: String
        public var characters: Int
        public var kept: Int

        public init(callID: String, characters: Int, kept: Int) {
            self.callID = callID
            self.characters = characters
            self.kept = kept
        }
    }
}
