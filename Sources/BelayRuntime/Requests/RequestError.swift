import BelayCore

/// A request that can't be served as it is. Nothing was changed, unless `mayHaveHappened` says so.
public struct RequestError: Error, Sendable, Hashable {
    public struct Code: Hashable, Sendable {
        public let name: String
        public static let taskInvalid = Code(name: "task_invalid")
        public static let taskTooLarge = Code(name: "task_too_large")
        public static let userInvalid = Code(name: "user_invalid")
        public static let agentUnknown = Code(name: "agent_unknown")
        public static let executionNotFound = Code(name: "execution_not_found")
        public static let executionEnded = Code(name: "execution_ended")
        public static let waitNotFound = Code(name: "wait_not_found")
        public static let waitClosed = Code(name: "wait_closed")
        public static let answerInvalid = Code(name: "answer_invalid")
        public static let idempotencyConflict = Code(name: "idempotency_conflict")
        public static let sessionBusy = Code(name: "session_busy")
        /// The user has no session of this name; somebody else's is none.
        public static let sessionUnknown = Code(name: "session_unknown")
        /// As many executions are open as ``RequestError/limit`` allows. The same request may be sent again.
        public static let tooManyExecutions = Code(name: "too_many_executions")
        public static let feedbackInvalid = Code(name: "feedback_invalid")
        /// The store can't be used now. The same request may be sent again, but if it may have happened only with the
        /// idempotency key that it had.
        public static let storeUnavailable = Code(name: "store_unavailable")
        /// What is stored can't be read; no repetition helps before somebody mended the file.
        public static let storeFailed = Code(name: "store_failed")
    }

    public var code: Code
    /// What was wrong and what to do, for people.
    public var message: String
    /// The part of the request that is at fault.
    public var parameter: String?
    /// What the store said, for logs and for whoever runs Belay: it may name files and isn't meant for clients.
    public var cause: String?
    /// Nobody knows whether the request was carried out: repeated without an idempotency key, it may be done twice.
    public var mayHaveHappened: Bool
    /// With `tooManyExecutions`: the one in the way.
    public var limit: OpenExecutionLimit?

    public init(
        _ code: Code, _ message: String, parameter: String? = nil, cause: String? = nil, mayHaveHappened: Bool = false,
        limit: OpenExecutionLimit? = nil
    ) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.cause = cause
        self.mayHaveHappened = mayHaveHappened
        self.limit = limit
    }

    /// Whether the task itself is wrong, whatever else there is: the same one can never start.
    package var isOfRequest: Bool {
        [.taskInvalid, .taskTooLarge, .userInvalid, .agentUnknown].contains(self.code)
    }
}
