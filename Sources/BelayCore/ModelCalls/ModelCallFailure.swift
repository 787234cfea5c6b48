/// A model call that no path of its route answered.
public struct ModelCallFailure: Error, Sendable, Hashable {
    /// What decided: the failure of the last attempt, or the one that forbade further ones.
    public var failure: ModelFailure
    public var attempts: [ModelAttempt]
    /// What the user may be told.
    public var userMessage: String

    public init(failure: ModelFailure, attempts: [ModelAttempt], userMessage: String) {
        self.failure = failure
        self.attempts = attempts
        self.userMessage = userMessage
    }
}
