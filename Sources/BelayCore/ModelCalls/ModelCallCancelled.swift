/// A model call that was cancelled when attempts had been made: providers bill them all the same.
public struct ModelCallCancelled: Error, Sendable, Hashable {
    /// All attempts of the call. The one that was given up is the last, of the kind `cancelled`.
    public var attempts: [ModelAttempt]

    public init(attempts: [ModelAttempt]) { self.attempts = attempts }
}
