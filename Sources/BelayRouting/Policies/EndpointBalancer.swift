import BelayResilience
import Foundation

/// Spreads calls over several keys or endpoints of one model: the less loaded of two that are drawn by chance
/// (Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12 (2001)).
///
/// Load is calls under way times latency, over the endpoint's weight, by which it is drawn too. The latency is a mean that jumps up at once and comes down slowly, so that an
/// endpoint that stalls is left before its calls have ended in numbers.
public struct EndpointBalancer: Sendable, Hashable {
    private struct Endpoint: Sendable, Hashable {
        var outstanding = 0
        /// Seconds; zero before anything is known.
        var latency = 0.0
        var updated: Moment?
        let weight: Double
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
        self.init(
            weights: [Double](repeating: 1, count: count), memory: memory, failurePenalty: failurePenalty)
    }

    /// - Parameter weights: How much each endpoint takes beside the others: at least one, each above zero.
    public init(weights: [Double], memory: Duration = .seconds(10), failurePenalty: Duration = .seconds(5)) {
        precondition(!weights.isEmpty && weights.allSatisfy { $0 > 0 && $0.isFinite }, "\(weights) are no weights.")
        precondition(memory > .zero, "A memory of \(memory) knows nothing.")
        self.endpoints = weights.map { Endpoint(weight: $0) }
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
        var usable = self.endpoints.indices.filter(isAvailable)
        let isStickyUsable = sticky.map { usable.contains($0) } ?? false
        guard var best = self.draw(from: &usable, using: &random) else { return nil }
        if let second = self.draw(from: &usable, using: &random),
            self.load(of: second, at: now) < self.load(of: best, at: now)
        {
            best = second
        }
        guard let sticky, isStickyUsable else { return best }
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

    /// Takes one of the usable endpoints out, by their weights; nil when there is none.
    private func draw(from usable: inout [Int], using random: inout some RandomNumberGenerator) -> Int? {
        guard usable.count > 1 else { return usable.popLast() }
        let sum = usable.reduce(0) { $0 + self.endpoints[$1].weight }
        var point = Double.random(in: 0..<sum, using: &random)
        // Rounding may leave a hair of the sum, which is the last one's.
        let position = usable.firstIndex { index in
            point -= self.endpoints[index].weight
            return point < 0
        }
        return usable.remove(at: position ?? usable.count - 1)
    }

    /// Takes the end of a call that says nothing about the endpoint: it was not sent, or given up by its caller.
    public mutating func abandoned(_ index: Int) {
        precondition(self.endpoints[index].outstanding > 0, "A call ended at endpoint \(index) that never began.")
        self.endpoints[index].outstanding -= 1
    }

    private func load(of index: Int, at now: Moment) -> Double {
        let endpoint = self.endpoints[index]
        // Nothing known counts as a millisecond, so that outstanding calls still count.
        return Double(endpoint.outstanding + 1) * max(0.001, self.latency(of: index, at: now)) / endpoint.weight
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
