/// How often and how long a failed call is tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first one among them. At least 1; default 3.
    public var maxAttempts: Int
    /// The longest wait before the first retry. Default 1 s.
    public var base: Duration
    /// What the longest wait is multiplied by for each further retry. 1 to 100; default 2.
    public var factor: Double
    /// No wait that this side chooses is longer. Default 60 s. A server's Retry-After may be.
    public var cap: Duration
    /// The time, from the first attempt's start, within which a retry has to start. Default 120 s.
    public var maxTotal: Duration

    public init(
        maxAttempts: Int = 3, base: Duration = .seconds(1), factor: Double = 2, cap: Duration = .seconds(60),
        maxTotal: Duration = .seconds(120)
    ) {
        precondition(maxAttempts >= 1, "maxAttempts is \(maxAttempts); the first attempt counts, so make it 1 or more.")
        precondition(
            base >= .zero && cap >= .zero && maxTotal >= .zero, "The times of a retry policy are not negative.")
        precondition((1...100).contains(factor), "factor is \(factor); waits grow by 1 to 100 times.")
        self.maxAttempts = maxAttempts
        self.base = base
        self.factor = factor
        self.cap = cap
        self.maxTotal = maxTotal
    }

    /// The longest wait before retry number `retry`, which counts from 0: `min(cap, base * factor^retry)`.
    public func ceiling(beforeRetry retry: Int) -> Duration {
        guard self.base > .zero else { return .zero }
        let growth = Self.power(self.factor, max(0, retry))
        return growth >= self.cap / self.base ? self.cap : self.base * growth
    }

    /// Infinite where it is too large, which the comparison with the cap takes care of.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var exponent = exponent
        while exponent > 0 {
            if exponent & 1 == 1 { result *= square }
            square *= square
            exponent >>= 1
        }
        return result
    }
}
