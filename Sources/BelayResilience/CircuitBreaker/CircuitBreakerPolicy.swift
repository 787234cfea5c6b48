/// When a circuit opens and how it closes again.
public struct CircuitBreakerPolicy: Sendable, Hashable {
    public enum Trip: Sendable, Hashable {
        /// Opens at this many failures with no success between them.
        case consecutiveFailures(Int)
        /// Opens when at least this share of the calls of the last `window` failed, once there were `minimumCalls`.
        case failureRate(Double, window: Duration, minimumCalls: Int)
    }

    /// Default: 5 consecutive failures.
    public var trip: Trip
    /// How long an open circuit refuses every call. Default 60 s.
    public var recoveryTimeout: Duration
    /// Probes that have to succeed, one after the other, before the circuit closes. Default 2.
    public var successesToClose: Int
    /// When a probe that has not reported is given up and another may pass. Default: the recovery timeout.
    public var probeTimeout: Duration

    public init(
        trip: Trip = .consecutiveFailures(5), recoveryTimeout: Duration = .seconds(60), successesToClose: Int = 2,
        probeTimeout: Duration? = nil
    ) {
        switch trip {
        case .consecutiveFailures(let count):
            precondition(count >= 1, "A circuit that opens at \(count) failures is never closed; make it 1 or more.")
        case .failureRate(let rate, let window, let minimumCalls):
            precondition(rate > 0 && rate <= 1, "A failure rate of \(rate) is no share of calls; 0 < rate <= 1.")
            precondition(window > .zero, "A window of \(window) holds nothing; make it longer than zero.")
            precondition(minimumCalls >= 1, "minimumCalls is \(minimumCalls); a rate needs at least 1 call.")
        }
        precondition(recoveryTimeout > .zero, "A recovery timeout of \(recoveryTimeout) gives no time to recover.")
        precondition(successesToClose >= 1, "successesToClose is \(successesToClose); make it 1 or more.")
        precondition(probeTimeout.map { $0 > .zero } ?? true, "A probe timeout of zero lets every call be a probe.")
        self.trip = trip
        self.recoveryTimeout = recoveryTimeout
        self.successesToClose = successesToClose
        self.probeTimeout = probeTimeout ?? recoveryTimeout
    }
}
