import BelayCore
import BelayResilience

/// What one tool's calls share: its breaker, its rate, and the calls that nobody waits for any more.
final class ToolStation: Sendable {
    /// Abandoned calls that may still run; with more of them the tool gets no new ones. Each holds memory and perhaps a
    /// connection, and nothing but its own end frees them.
    static let maxAbandoned = 16
    /// How long the same anomaly of its costs isn't told again.
    private static let quiet = Duration.seconds(60)

    let callsPerMinute: Int?
    let breaker: CircuitBreaker
    private let limiter: RateLimiter?
    private let abandoned: Locked<Int>
    private let counted: Locked<ToolStatistics>
    /// When each was told last.
    private let anomalies: Locked<[ToolCostAnomaly: Moment]>

    init(
        _ tool: String, of owner: ToolRegistry.Owner?, callsPerMinute: Int?, breaker policy: CircuitBreakerPolicy,
        clock: any Clock<Duration>,
        report: @escaping @Sendable (ToolReport) -> Void
    ) {
        self.callsPerMinute = callsPerMinute
        self.abandoned = Locked(0)
        self.anomalies = Locked([:])
        let counted = Locked(
            ToolStatistics(tool: tool, agent: owner?.agent, version: owner?.version, circuit: .closed))
        self.counted = counted
        self.breaker = CircuitBreaker(tool, policy: policy, clock: clock) { name, transition in
            if transition.to == .open { counted.withLock { $0.circuitOpenings += 1 } }
            report(.circuitChanged(tool: name, agent: owner?.agent, from: transition.from, to: transition.to))
        }
        self.limiter = callsPerMinute.map { RateLimiter(requests: .perMinute($0), clock: clock) }
    }

    private init(_ station: ToolStation, callsPerMinute: Int?, clock: any Clock<Duration>) {
        self.callsPerMinute = callsPerMinute
        self.breaker = station.breaker
        self.abandoned = station.abandoned
        self.counted = station.counted
        self.anomalies = station.anomalies
        self.limiter = callsPerMinute.map { RateLimiter(requests: .perMinute($0), clock: clock) }
    }

    /// The same station, if the rate is the same; else one with this rate, and everything else in common.
    func at(callsPerMinute: Int?, clock: any Clock<Duration>) -> ToolStation {
        callsPerMinute == self.callsPerMinute ? self : ToolStation(self, callsPerMinute: callsPerMinute, clock: clock)
    }

    /// Takes one call from the tool's rate.
    ///
    /// - Returns: How long to wait; nil when the call may pass.
    func limit() -> Duration? {
        do {
            try self.limiter?.admit()
            return nil
        } catch {
            return error.retryAfter ?? .seconds(60)
        }
    }

    var hasTooManyAbandoned: Bool { self.abandoned.withLock { $0 >= Self.maxAbandoned } }

    func abandon() {
        self.abandoned.withLock { $0 += 1 }
        self.counted.withLock { $0.abandoned += 1 }
    }

    /// An abandoned call ended. May come before `abandon()`, by a little.
    func abandonedEnded() { self.abandoned.withLock { $0 -= 1 } }

    /// Counts one call and what it came to.
    func count(_ failure: ToolFailure.Kind?) {
        self.counted.withLock { statistics in
            statistics.calls += 1
            if let failure {
                statistics.failures[failure, default: 0] += 1
            } else {
                statistics.successes += 1
            }
        }
    }

    /// Whether an anomaly of its costs is to be told, or was told a moment ago.
    func isNews(_ anomaly: ToolCostAnomaly, at now: Moment) -> Bool {
        self.anomalies.withLock { told in
            if let last = told[anomaly], now < last + Self.quiet { return false }
            told[anomaly] = now
            return true
        }
    }

    var statistics: ToolStatistics {
        var statistics = self.counted.withLock { $0 }
        statistics.circuit = self.breaker.state
        return statistics
    }
}
