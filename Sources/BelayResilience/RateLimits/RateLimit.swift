/// So many units in a period, of which a number may come at once.
public struct RateLimit: Sendable, Hashable {
    /// Units that come back in each period.
    public let amount: Int
    public let period: Duration
    /// Units that may be taken at once after a quiet time; the most that one call may cost.
    public let burst: Int

    /// - Parameters:
    ///   - amount: At least 1.
    ///   - period: Longer than zero.
    ///   - burst: At least 1; default `amount`. After a quiet time up to `burst + amount` units can pass within one
    ///     period; where the other side counts fixed periods strictly, choose a small burst.
    public init(_ amount: Int, per period: Duration, burst: Int? = nil) {
        precondition(amount >= 1, "A rate of \(amount) lets nothing pass; make it 1 or more.")
        precondition(period > .zero, "A period of \(period) is no time; make it longer than zero.")
        precondition((burst ?? 1) >= 1, "A burst of \(burst ?? 0) lets nothing pass; make it 1 or more.")
        self.amount = amount
        self.period = period
        self.burst = burst ?? amount
    }

    public static func perMinute(_ amount: Int, burst: Int? = nil) -> RateLimit {
        RateLimit(amount, per: .seconds(60), burst: burst)
    }

    public static func perSecond(_ amount: Int, burst: Int? = nil) -> RateLimit {
        RateLimit(amount, per: .seconds(1), burst: burst)
    }

    /// The time in which `units` come back.
    func refillTime(of units: Int) -> Duration {
        // Through floating point, like all of Duration's fractions, a large count of small intervals loses nothing
        // that matters; through an interval rounded first it would.
        self.period * (Double(units) / Double(self.amount))
    }
}
