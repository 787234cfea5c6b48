/// How many retries a fleet of calls may make: a share of the calls, and a few for quiet times.
public struct RetryBudgetPolicy: Sendable, Hashable {
    /// Retries per call over the window. Default 0.2: at most a fifth more load than without retries.
    public var ratio: Double
    /// Retries per second that are always allowed, so that a quiet client may retry at all. Default 1.
    public var minimumPerSecond: Double
    /// How long calls and retries count. Default 10 s.
    public var window: Duration

    public init(ratio: Double = 0.2, minimumPerSecond: Double = 1, window: Duration = .seconds(10)) {
        precondition(ratio >= 0 && ratio.isFinite, "ratio is \(ratio); it is a share of the calls, 0 or more.")
        precondition(
            minimumPerSecond >= 0 && minimumPerSecond.isFinite,
            "minimumPerSecond is \(minimumPerSecond); make it 0 or more.")
        precondition(window > .zero, "A window of \(window) holds nothing; make it longer than zero.")
        self.ratio = ratio
        self.minimumPerSecond = minimumPerSecond
        self.window = window
    }
}

/// Decides whether a retry fits under the share of calls that may be retried. Owns no clock and no lock.
///
/// A retry is allowed while `retries <= ratio * calls + minimumPerSecond * window` holds with it, over the past window
/// counted in tenths. When a provider fails altogether the retries stop at that share instead of multiplying the load
/// on what is already down. The scheme is that of Finagle's retry budget.
public struct RetryBudgetWindow: Sendable, Hashable {
    public let policy: RetryBudgetPolicy
    private var counts: SlidingCounts

    public init(policy: RetryBudgetPolicy = RetryBudgetPolicy()) {
        self.policy = policy
        self.counts = SlidingCounts(window: policy.window)
    }

    /// Counts a call, once however often it is tried.
    public mutating func deposit(at now: Moment) {
        self.counts.add(first: 1, at: now)
    }

    /// Takes one retry.
    ///
    /// - Returns: Whether there was one; if not, nothing is counted and the call should fail with what it has.
    public mutating func withdraw(at now: Moment) -> Bool {
        guard self.balance(at: now) >= 1 else { return false }
        self.counts.add(second: 1, at: now)
        return true
    }

    /// Retries that could be made at this moment.
    public func balance(at now: Moment) -> Int {
        let (calls, retries) = self.counts.totals(at: now)
        let reserve = self.policy.minimumPerSecond * (self.policy.window / .seconds(1))
        // A tenth of five calls is half a retry, and floating point makes of ten calls a hair less than one.
        let allowed = (Double(calls) * self.policy.ratio + reserve + 1e-6).rounded(.down)
        return max(0, Int(allowed) - retries)
    }
}
