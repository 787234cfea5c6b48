/// The one road to every model.
///
/// Implementations own all retries, fallbacks, breakers and limits: a caller never retries on its own.
public protocol ModelGateway: Sendable {
    /// Gets one answer.
    ///
    /// - Parameter observe: Called in order from one task at a time, with text as it arrives. When it is nil the
    ///   gateway need not stream.
    /// - Returns: A complete, non-empty answer.
    /// - Throws: `ModelCallFailure` when no path answered; when the task was cancelled, `ModelCallCancelled` if
    ///   attempts had been made, else `CancellationError`.
    func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult

    /// How many tokens fit the models of a route: the fewest of those that are known; nil when none is.
    ///
    /// - Parameter route: As in ``ModelCall/route``.
    func contextTokens(of route: String) -> Int?

    /// Takes what somebody says of a call later: 0 for useless to 1 for right. The last word counts.
    ///
    /// - Parameter outcome: ``ModelCall/outcome``. One that nobody knows, or no more, changes nothing.
    /// - Throws: `StoreError` when it couldn't be kept; it may be said again.
    func judge(_ outcome: String, success: Double) async throws
}

extension ModelGateway {
    /// A gateway that knows nothing of its models.
    public func contextTokens(of route: String) -> Int? { nil }

    /// A gateway that learns nothing keeps no outcomes.
    public func judge(_ outcome: String, success: Double) async throws {}
}
