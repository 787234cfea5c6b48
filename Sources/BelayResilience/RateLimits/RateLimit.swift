/// So many units in a period, of which a number may come at once.
public struct RateLimit: Sendable, Hashable {
    /// Units that come back in each period.
    public let amount: Int
    public let period: Duration
    /// Units that may be taken at once after a quiet time; the most that one call may cost.
    public let burst: Int
    /// The time in which one unit comes back, in attoseconds and rounded down: a multiple of it is exact, so the last call
    /// of a burst is not refused for a rounding error, and no call pays for a division.
    private let interval: Int128
    /// The time in which an empty bucket becomes full, in attoseconds.
    let burstTime: Int128

    /// - Parameters:
    ///   - amount: 1 to 10^12.
    ///   - period: Longer than zero, up to 366 days.
    ///   - burst: 1 to 10^12; default `amount`. After a quiet time up to `burst + amount` units can pass within one
    ///     period; where the other side counts fixed periods strictly, choose a small burst.
    public init(_ amount: Int, per period: Duration, burst: Int? = nil) {
        // The upper bounds keep the product of period and burst, in attoseconds, within the 128 bits of a Duration.
        let units = 1...1_000_000_000_000
        precondition(units.contains(amount), "A rate of \(amount) is not in \(units).")
        precondition(units.contains(burst ?? amount), "A burst of \(burst ?? amount) is not in \(units).")
        precondition(
            period > .zero && period <= .seconds(366 * 86_400), "A period of \(period) is not in 0...366 days.")
        self.amount = amount
        self.period = period
        self.burst = burst ?? amount
        self.interval = (period / amount).attoseconds
        self.burstTime = self.interval * Int128(self.burst)
    }

    public static func perMinute(_ amount: Int, burst: Int? = nil) -> RateLimit {
        RateLimit(amount, per: .seconds(60), burst: burst)
    }

    public static func perSecond(_ amount: Int, burst: Int? = nil) -> RateLimit {
        RateLimit(amount, per: .seconds(1), burst: burst)
    }

    /// The time in which `units` come back, in attoseconds.
    func refillTime(of units: Int) -> Int128 { self.interval * Int128(units) }
}
