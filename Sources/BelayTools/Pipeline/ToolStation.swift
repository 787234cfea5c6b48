import BelayCore
import BelayResilience

/// What one tool's calls share: its breaker, its rate, and the calls that nobody waits for any more.
final class ToolStation: Sendable {
    /// Abandoned calls that may still run; with more of them the tool gets no new ones. Each holds memory and perhaps a
    /// connection, and nothing but its own end frees them.
    static let maxAbandoned = 16

    let callsPerMinute: Int?
    let breaker: CircuitBreaker
    private let limiter: RateLimiter?
    private let abandoned = Locked(0)

    init(
        _ tool: String, callsPerMinute: Int?, breaker policy: CircuitBreakerPolicy, clock: any Clock<Duration>,
        report: @escaping @Sendable (ToolReport) -> Void
    ) {
        self.callsPerMinute = callsPerMinute
        self.breaker = CircuitBreaker(tool, policy: policy, clock: clock) { name, transition in
            report(.circuit(tool: name, from: transition.from, to: transition.to))
        }
        self.limiter = callsPerMinute.map { RateLimiter(requests: .perMinute($0), clock: clock) }
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

    func abandon() { self.abandoned.withLock { $0 += 1 } }

    /// An abandoned call ended. May come before `abandon()`, by a little.
    func abandonedEnded() { self.abandoned.withLock { $0 -= 1 } }
}
