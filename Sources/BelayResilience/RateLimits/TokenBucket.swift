/// Decides whether a call fits under a rate. Owns no clock and no lock.
///
/// The generic cell rate algorithm in its form of virtual scheduling (ITU-T I.371, annex A; ATM Forum, Traffic Management
/// Specification 4.1, section 4.4.2): the whole bucket is one moment, that at which it will be full again. It
/// counts in attoseconds, since arithmetic with `Duration`, outside the standard library, is calls of functions.
public struct TokenBucket: Sendable, Hashable {
    public enum Decision: Sendable, Hashable {
        case admitted
        /// Nothing was taken. After this wait there is enough, if no one else takes it.
        case retry(after: Duration)
        /// Nothing was taken and never will be: the cost is over the burst.
        case tooLarge(maximum: Int)
    }

    public let limit: RateLimit
    /// Attoseconds after the origin.
    private var fullAt: Int128

    /// - Parameter start: From when it is full.
    public init(limit: RateLimit, at start: Moment = .origin) {
        self.limit = limit
        self.fullAt = start.offset.attoseconds
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
        Duration(attoseconds: self.attosecondsUntil(cost, at: now.offset.attoseconds))
    }

    func attosecondsUntil(_ cost: Int, at now: Int128) -> Int128 {
        precondition(cost >= 0, "A cost of \(cost) would give units back; use adjust(by:at:).")
        let admissibleAt = max(self.fullAt, now) + self.limit.refillTime(of: cost) - self.limit.burstTime
        return max(0, admissibleAt - now)
    }

    /// Takes `cost` units whether they are there or not: a reservation of the future, in the order of the calls.
    public mutating func take(_ cost: Int, at now: Moment) {
        self.fullAt = max(self.fullAt, now.offset.attoseconds) + self.limit.refillTime(of: cost)
    }

    /// Corrects what was taken: positive when a call cost more than was estimated, negative to give units back.
    ///
    /// The bucket may go into debt, which later calls wait for. One correction moves it by a full bucket at most.
    public mutating func adjust(by units: Int, at now: Moment) {
        let units = min(self.limit.burst, max(-self.limit.burst, units))
        let present = now.offset.attoseconds
        if units >= 0 {
            self.take(units, at: now)
        } else if self.fullAt > present {
            self.fullAt = max(present, self.fullAt - self.limit.refillTime(of: -units))
        }
    }

    /// Whole units that could be taken at this moment; negative in debt.
    public func available(at now: Moment) -> Int {
        let missing =
            Duration(attoseconds: max(0, self.fullAt - now.offset.attoseconds)) / self.limit.period
            * Double(self.limit.amount)
        return self.limit.burst - Int((missing - 1e-6).rounded(.up))
    }
}
