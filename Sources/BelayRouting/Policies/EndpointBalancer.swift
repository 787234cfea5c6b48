import BelayResilience
import Foundation

/// Spreads calls over several keys or endpoints of one model: the less loaded of two that are drawn by chance
/// (Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12 (2001)).
///
/// Load is calls under way times latency. The latency is a mean that jumps up at once and comes down slowly, so that an
/// endpoint that stalls is left before its calls have ended in numbers.
public struct EndpointBalancer: Sendable, Hashable {
    private struct Endpoint: Sendable, Hashable {
        var outstanding = 0
        /// Seconds; zero before anything is known.
        var latency = 0.0
        var updated: Moment?
    }

    private var endpoints: [Endpoint]
    private let memory: Duration
    private let failurePenalty: Duration

    /// - Parameters:
    ///   - count: Endpoints, at least 1.
    ///   - memory: After this time without news, a latency counts 37 %.
    ///   - failurePenalty: The latency that a failed call counts as at least: failing fast is not being fast.
    public init(count: Int, memory: Duration = .seconds(10), failurePenalty: Duration = .seconds(5)) {
        precondition(count >= 1, "A balancer of \(count) endpoints has nowhere to go.")
        precondition(memory > .zero, "A memory of \(memory) knows nothing.")
        self.endpoints = [Endpoint](repeating: Endpoint(), count: count)
        self.memory = memory
        self.failurePenalty = failurePenalty
    }

    /// Calls under way at an endpoint.
    public func outstanding(at index: Int) -> Int { self.endpoints[index].outstanding }

    /// Chooses an endpoint. The caller must then call ``began(_:)``, and ``ended(_:after:succeeded:at:)`` once.
    ///
    /// - Parameters:
    ///   - sticky: Where this execution was before, whose prompt the provider has in its cache.
    ///   - cacheDiscount: The part of the cost that the cache saves, 0 to 1: the execution stays where it was as long as
    ///     the load there, less this part, isn't above that of the better of two others.
    public func choose(
        sticky: Int? = nil, cacheDiscount: Double = 0, at now: Moment, using random: inout some RandomNumberGenerator,
        where isAvailable: (Int) -> Bool = { _ in true }
    ) -> Int? {
        let usable = self.endpoints.indices.filter(isAvailable)
        guard let first = usable.randomElement(using: &random) else { return nil }
        var best = first
        if usable.count > 1 {
            let position = Int.random(in: 0..<(usable.count - 1), using: &random)
            let second = usable[position] == first ? usable[usable.count - 1] : usable[position]
            if self.load(of: second, at: now) < self.load(of: first, at: now) { best = second }
        }
        guard let sticky, usable.contains(sticky) else { return best }
        let discounted = self.load(of: sticky, at: now) * (1 - min(max(0, cacheDiscount), 1))
        return discounted <= self.load(of: best, at: now) ? sticky : best
    }

    public mutating func began(_ index: Int) { self.endpoints[index].outstanding += 1 }

    /// - Parameter latency: From its beginning to its end, or to its first token, but the same for all.
    public mutating func ended(_ index: Int, after latency: Duration, succeeded: Bool, at now: Moment) {
        precondition(self.endpoints[index].outstanding > 0, "A call ended at endpoint \(index) that never began.")
        self.endpoints[index].outstanding -= 1
        let seconds = max(latency, succeeded ? .zero : self.failurePenalty).seconds
        let present = self.latency(of: index, at: now)
        self.endpoints[index].latency =
            seconds > present ? seconds : present + (seconds - present) * self.share(of: index, at: now)
        self.endpoints[index].updated = now
    }

    private func load(of index: Int, at now: Moment) -> Double {
        // Nothing known counts as a millisecond, so that outstanding calls still count.
        Double(self.endpoints[index].outstanding + 1) * max(0.001, self.latency(of: index, at: now))
    }

    private func latency(of index: Int, at now: Moment) -> Double {
        self.endpoints[index].latency * (1 - self.faded(index, at: now))
    }

    /// How much of what was known has faded, 0 to 1.
    private func faded(_ index: Int, at now: Moment) -> Double {
        guard let updated = self.endpoints[index].updated else { return 0 }
        return 1 - exp(-max(0, updated.duration(to: now).seconds) / self.memory.seconds)
    }

    /// How much a new figure moves the mean: at least a tenth, or a burst would move nothing.
    private func share(of index: Int, at now: Moment) -> Double { max(0.1, self.faded(index, at: now)) }
}
