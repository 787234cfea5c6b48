/// How many calls at once another side takes, found out by what it refuses. Owns no clock and no lock.
///
/// Additive increase, multiplicative decrease (Chiu and Jain, "Analysis of the increase and decrease algorithms for
/// congestion avoidance", Computer Networks 17 (1989)), as TCP does it: a refusal halves the limit, once for all calls
/// that were under way together, and each round of answers raises it by one until it is back at its maximum.
public struct AdaptiveLimit: Sendable, Hashable {
    /// Without a refusal, and the highest at all.
    public let maximum: Int
    /// The lowest: some calls have to pass, or nobody learns that the other side takes more again.
    public let minimum: Int
    private var level: Double
    private var cutAt: Moment?

    /// - Parameters:
    ///   - maximum: At least 1.
    ///   - minimum: 1 or more; what is above the maximum counts as the maximum. Default 4, since a call may take long.
    public init(maximum: Int, minimum: Int = 4) {
        precondition(maximum >= 1 && minimum >= 1, "Limits of \(minimum) to \(maximum) let nothing run.")
        self.maximum = maximum
        self.minimum = min(minimum, maximum)
        self.level = Double(maximum)
    }

    /// Calls at once.
    public var limit: Int { Int(self.level) }

    /// Whether it is below its maximum.
    public var isCut: Bool { self.limit < self.maximum }

    /// Takes a refusal.
    ///
    /// - Parameters:
    ///   - start: When the refused call was sent. One from before the last cut says nothing new.
    ///   - running: Calls under way: a limit that nobody reached is not what was too high.
    /// - Returns: Whether the limit was lowered.
    public mutating func refused(startedAt start: Moment, running: Int, at now: Moment) -> Bool {
        if let cutAt, start <= cutAt { return false }
        let before = self.limit
        self.level = max(Double(self.minimum), (min(self.level, Double(running)) / 2).rounded(.down))
        self.cutAt = now
        return self.limit < before
    }

    /// Takes an answer.
    ///
    /// - Returns: Whether the limit was raised.
    public mutating func answered() -> Bool {
        guard self.level < Double(self.maximum) else { return false }
        let before = self.limit
        self.level = min(Double(self.maximum), self.level + 1 / self.level)
        return self.limit > before
    }
}
