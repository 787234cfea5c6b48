import BelayResilience
import Foundation

/// How long something takes: always the same, evenly spread, or with a long tail.
enum LatencyDistribution: Sendable, Equatable {
    case fixed(Duration)
    case uniform(Duration, Duration)
    /// Log-normal through both percentiles; at most four times `p95`, so that no draw is absurd.
    case percentiles(p50: Duration, p95: Duration)

    /// Draws one latency; `fixed` uses no randomness, so it moves no other draw.
    func draw(using random: inout SeededGenerator) -> Duration {
        switch self {
        case .fixed(let duration):
            return duration
        case .uniform(let low, let high):
            return low + (high - low) * random.unit()
        case .percentiles(let p50, let p95):
            // The 95th percentile of the standard normal distribution is 1.6449.
            let sigma = log(p95 / p50) / 1.6449
            let normal = (-2 * log(1 - random.unit())).squareRoot() * cos(2 * .pi * random.unit())
            return min(p50 * exp(sigma * normal), p95 * 4)
        }
    }
}

/// When output appears: nothing is added where a part is nil.
struct Latency: Sendable, Equatable {
    /// From the request to the first piece of content.
    var firstToken: LatencyDistribution?
    /// For each token of output; without streaming all of them pass before the answer.
    var perToken: LatencyDistribution?

    /// This latency, with what it leaves open taken from `other`.
    func filled(from other: Latency) -> Latency {
        Latency(firstToken: self.firstToken ?? other.firstToken, perToken: self.perToken ?? other.perToken)
    }

    func draw(using random: inout SeededGenerator) -> Drawn {
        Drawn(
            firstToken: self.firstToken?.draw(using: &random) ?? .zero,
            perToken: self.perToken?.draw(using: &random) ?? .zero)
    }

    /// The latency of one answer.
    struct Drawn: Sendable, Equatable {
        var firstToken: Duration
        var perToken: Duration
    }
}
