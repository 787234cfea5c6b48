import BelayCore

/// What lines of the ledger add up to. Money is exact to the nano-dollar.
public struct CostFigures: Sendable, Hashable {
    /// Attempts of one cause, and what they cost.
    public struct Share: Sendable, Hashable {
        public var attempts: Int
        public var cost: Money

        public init(attempts: Int = 0, cost: Money = .zero) {
            self.attempts = attempts
            self.cost = cost
        }
    }

    /// Calls for an answer or for embeddings, those answered by Belay's cache included. What Belay adds of its own is part
    /// of one: retries, fallbacks, hedges, re-asks, judges, compaction.
    public var requests = 0
    /// How many of the requests Belay's own cache answered.
    public var cachedAnswers = 0
    /// What was sent to providers.
    public var attempts = 0
    /// A call without a session counts by its execution; one for an answer that has neither is a session of its own. Nil
    /// when there are too many to be counted (``CostReport/mostSessions``).
    public var sessions: Int? = 0
    public var usage = Usage.zero
    /// What counts in the budgets: an attempt of unknown cost at the ceiling, a lost one for the most that it may have cost.
    public var cost = Money.zero
    /// The part of ``cost`` that is an estimate, what is lost or has no price included.
    public var estimated = Money.zero
    /// The part of ``cost`` that is of models without a price.
    public var unpriced = Money.zero
    public var causes: [Spending.Cause: Share] = [:]
    /// How much more the input would have cost without the providers' caches. Negative when writing to them cost more than
    /// reading from them spared.
    public var promptCacheSaved = Money.zero
    /// What the answers that Belay's own cache gave cost when they were made.
    public var answerCacheSaved = Money.zero

    public init() {}

    /// Nil when nothing can be divided.
    public var costPerSession: Money? { self.sessions.flatMap { self.cost.times(1, over: $0) } }
    public var costPerThousandRequests: Money? { self.cost.times(1_000, over: self.requests) }

    public func share(_ cause: Spending.Cause) -> Share { self.causes[cause] ?? Share() }
}

/// What lines of one cause add up to: how a store tells it, page by page.
package struct CostSums: Sendable, Hashable {
    /// Nil for answers from Belay's cache.
    package var cause: Spending.Cause?
    package var requests = 0
    package var attempts = 0
    package var usage = Usage.zero
    package var cost = Money.zero
    package var estimated = Money.zero
    package var unpriced = Money.zero
    package var saved = Money.zero

    package init(cause: Spending.Cause?) { self.cause = cause }
}

extension CostFigures {
    mutating func add(_ sums: CostSums) {
        self.requests += sums.requests
        self.attempts += sums.attempts
        self.usage += sums.usage
        self.cost += sums.cost
        self.estimated += sums.estimated
        self.unpriced += sums.unpriced
        guard let cause = sums.cause else {
            self.cachedAnswers += sums.requests
            self.answerCacheSaved += sums.saved
            return
        }
        self.promptCacheSaved += sums.saved
        self.causes[cause, default: Share()].attempts += sums.attempts
        self.causes[cause, default: Share()].cost += sums.cost
    }
}

extension Money {
    /// Multiplied and divided without a rounding in between; halves are rounded away from zero. Nil for a divisor below 1.
    public func times(_ factor: Int, over divisor: Int) -> Money? {
        guard divisor > 0 else { return nil }
        return self.times(Int128(factor), over: Int128(divisor))
    }

    /// - Parameter divisor: 1 or more.
    func times(_ factor: Int128, over divisor: Int128) -> Money {
        let (product, overflow) = Int128(self.nanoDollars).multipliedReportingOverflow(by: factor)
        guard !overflow else { return Money(nanoDollars: (self.nanoDollars < 0) == (factor < 0) ? .max : .min) }
        let (quotient, rest) = product.quotientAndRemainder(dividingBy: divisor)
        let isHalf = rest.magnitude >= divisor.magnitude - rest.magnitude
        let rounded = isHalf ? quotient + product.signum() : quotient
        return Money(nanoDollars: Int64(clamping: rounded))
    }
}
