/// A model call that was answered.
public struct ModelCallResult: Sendable, Hashable {
    public var answer: ModelAnswer
    public var path: ModelPath
    public var cost: Cost
    /// The attempts that failed before, in order.
    public var failedAttempts: [ModelAttempt]
    /// From the call to the end of the answer.
    public var duration: Duration
    /// True when every path was down and a cached answer stands in.
    public var isDegraded: Bool

    public init(
        answer: ModelAnswer, path: ModelPath, cost: Cost, failedAttempts: [ModelAttempt] = [],
        duration: Duration, isDegraded: Bool = false
    ) {
        self.answer = answer
        self.path = path
        self.cost = cost
        self.failedAttempts = failedAttempts
        self.duration = duration
        self.isDegraded = isDegraded
    }
}
