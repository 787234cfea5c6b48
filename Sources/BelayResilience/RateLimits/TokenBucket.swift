/// Decides whether a call fits under a rate. Owns no clock and no lock.
///
/// The generic cell rate algorithm (ITU-T I.371): the whole bucket is one moment, that at which it will be full again.
public struct TokenBucket: Sendable, Hashable {
    public enum Decision: Sendable, Hashable {
        case admitted
        /// Nothing was taken. After this wait there is enough, if no one else takes it.
        case retry(after: Duration)
        /// Nothing was taken and never will be: the cost is over the burst.
        case tooLarge(maximum: Int)
    }

    public let limit: RateLimit
    private var fullAt: Moment

    /// - Parameter start: From when it is full.
    public init(limit: RateLimit, at start: Moment = .origin) {
        self.limit = limit
        self.fullAt = start
    }

    /// Takes `cost` units, or says when there will be as many.
    ///
    /// - Parameter cost: 0 or more.
    public mutating func admit(cost: Int = 1, at now: Moment) -> Decision {
        guard cost <= self.limit.burst else { return .tooLarge(maximum: self.limit.burst) }
        let wait = self.wait(for: cost, at: now)
        guard wait == .zero else { return .retry(after: wait) }
        self.take(cost, at: now)
        return .admitted
    }

    /// How long until `cost` units are there; zero when they are.
    public func wait(for cost: Int, at now: Moment) -> Duration {
        precondition(cost >= 0, "A cost of \(cost) would give units back; use adjust(by:at:).")
        let full = max(self.fullAt, now) + self.limit.refillTime(of: cost)
        let admissibleAt = full.advanced(by: .zero - self.limit.burstTime)
        return max(.zero, now.duration(to: admissibleAt))
    }

    /// Takes `cost` units whether they are there or not: a reservation of the future, in the order of the calls.
    public mutating func take(_ cost: Int, at now: Moment) {
        self.fullAt = max(self.fullAt, now) + self.limit.refillTime(of: cost)
    }

    /// Corrects what was taken: positive when a call cost more than was estimated, negative to give units back.
    ///
    /// The bucket may go into debt, which later calls wait for. One correction moves it by a full bucket at most.
    public mutating func adjust(by units: Int, at now: Moment) {
        let units = min(self.limit.burst, max(-self.limit.burst, units))
        if units >= 0 {
            self.take(units, at: now)
        } else if self.fullAt > now {
            self.fullAt = max(now, self.fullAt.advanced(by: .zero - self.limit.refillTime(of: -units)))
        }
    }

    /// Whole units that could be taken at this moment; negative in debt.
    public func available(at now: Moment) -> Int {
        let missing = max(.zero, now.duration(to: self.fullAt)) / self.limit.period * Double(self.limit.amount)
        return self.limit.burst - Int((missing - 1e-6).rounded(.up))
    }
}
