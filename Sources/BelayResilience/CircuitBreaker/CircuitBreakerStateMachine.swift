/// Decides whether calls to one dependency may pass. Owns no clock, no lock and no task.
///
/// ```text
///            too many failures              recovery timeout over, a call comes
///   closed ────────────────────▶ open ────────────────────────────▶ half-open
///     ▲                            ▲            a probe fails           │
///     │                            └────────────────────────────────────┤
///     └─────────────────────────────────────────────────────────────────┘
///                        enough probes succeed, one at a time
/// ```
public struct CircuitBreakerStateMachine: Sendable {
    /// Who was let through: handed back with the outcome, so that answers which come too late are told apart.
    public struct Admission: Sendable, Hashable {
        let epoch: UInt64
    }

    public enum Decision: Sendable, Hashable {
        /// The call may pass; its outcome has to be recorded. A transition when it passes as the first probe.
        case admitted(Admission, Transition?)
        /// It may not. After this wait a call may be let through: the longest it can take, not a promise.
        case rejected(retryAfter: Duration)
    }

    /// What a call says about the dependency.
    public enum Outcome: Sendable, Hashable {
        case success
        case failure
        /// Nothing: it was cancelled, or failed by the caller's own fault.
        case ignored
    }

    /// A change of state, for logs, metrics and alerts.
    public struct Transition: Sendable, Hashable {
        public var from: CircuitState
        public var to: CircuitState
        /// Grows with every transition of one circuit: orders reports that overtook each other.
        public var number: UInt64
    }

    enum State: Sendable, Hashable {
        /// `failures` are consecutive; only counted when they trip the circuit.
        case closed(failures: Int)
        case open(until: Moment)
        /// `probe` is when the one that is under way lapses; nil when the place is free.
        case halfOpen(successes: Int, probe: Moment?)
    }

    public let policy: CircuitBreakerPolicy
    private(set) var state = State.closed(failures: 0)
    /// Changes with every transition and every probe, so that an admission fits only the time it was given for.
    private(set) var epoch: UInt64 = 0
    private var calls: SlidingCounts?

    public init(policy: CircuitBreakerPolicy = CircuitBreakerPolicy()) {
        self.policy = policy
        self.calls = Self.emptyWindow(of: policy)
    }

    public var circuit: CircuitState {
        switch self.state {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// How long a call that came now would be refused; nil when it would pass. Changes nothing.
    public func refusal(at now: Moment) -> Duration? {
        switch self.state {
        case .closed, .halfOpen(_, probe: nil): nil
        case .open(let until), .halfOpen(_, probe: .some(let until)): now < until ? now.duration(to: until) : nil
        }
    }

    public mutating func admit(at now: Moment) -> Decision {
        if let wait = self.refusal(at: now) { return .rejected(retryAfter: wait) }
        switch self.state {
        case .closed:
            return .admitted(Admission(epoch: self.epoch), nil)
        case .open:
            let transition = self.move(to: .halfOpen(successes: 0, probe: now + self.policy.probeTimeout))
            return .admitted(Admission(epoch: self.epoch), transition)
        case .halfOpen(let successes, _):
            // The place was free, or the probe that had it lapsed: a new epoch makes its answer a late one.
            self.epoch += 1
            self.state = .halfOpen(successes: successes, probe: now + self.policy.probeTimeout)
            return .admitted(Admission(epoch: self.epoch), nil)
        }
    }

    /// Takes the outcome of an admitted call. One that was admitted before the circuit last changed is ignored.
    ///
    /// - Returns: The transition that it brought about, if any.
    public mutating func record(_ outcome: Outcome, of admission: Admission, at now: Moment) -> Transition? {
        guard admission.epoch == self.epoch else { return nil }
        switch self.state {
        case .closed(let failures):
            return self.recordWhileClosed(outcome, failures: failures, at: now)
        case .open:
            preconditionFailure("The epoch changes when a circuit opens, so no admission can fit an open one.")
        case .halfOpen(let successes, _):
            return self.recordProbe(outcome, successes: successes, at: now)
        }
    }

    private mutating func recordWhileClosed(_ outcome: Outcome, failures: Int, at now: Moment) -> Transition? {
        switch (outcome, self.policy.trip) {
        case (.ignored, _):
            return nil
        case (.success, .consecutiveFailures):
            self.state = .closed(failures: 0)
            return nil
        case (.failure, .consecutiveFailures(let threshold)):
            self.state = .closed(failures: failures + 1)
            return failures + 1 >= threshold ? self.open(at: now) : nil
        case (.success, .failureRate):
            self.calls?.add(first: 1, at: now)
            return nil
        case (.failure, .failureRate(let rate, _, let minimumCalls)):
            self.calls?.add(first: 1, second: 1, at: now)
            guard let (calls, failed) = self.calls?.totals(at: now), calls >= minimumCalls else { return nil }
            return Double(failed) >= rate * Double(calls) ? self.open(at: now) : nil
        }
    }

    private mutating func recordProbe(_ outcome: Outcome, successes: Int, at now: Moment) -> Transition? {
        switch outcome {
        case .failure:
            return self.open(at: now)
        case .success where successes + 1 >= self.policy.successesToClose:
            return self.move(to: .closed(failures: 0))
        case .success:
            self.freeProbe(successes: successes + 1)
            return nil
        case .ignored:
            self.freeProbe(successes: successes)
            return nil
        }
    }

    /// The epoch changes, so that a probe that reports twice counts once.
    private mutating func freeProbe(successes: Int) {
        self.epoch += 1
        self.state = .halfOpen(successes: successes, probe: nil)
    }

    private mutating func open(at now: Moment) -> Transition {
        self.move(to: .open(until: now + self.policy.recoveryTimeout))
    }

    private mutating func move(to state: State) -> Transition {
        let from = self.circuit
        self.state = state
        self.epoch += 1
        self.calls = Self.emptyWindow(of: self.policy)
        return Transition(from: from, to: self.circuit, number: self.epoch)
    }

    private static func emptyWindow(of policy: CircuitBreakerPolicy) -> SlidingCounts? {
        guard case .failureRate(_, let window, _) = policy.trip else { return nil }
        return SlidingCounts(window: window)
    }
}

/// Where a circuit stands, by the names that metrics use.
public enum CircuitState: String, Sendable, Hashable, CaseIterable {
    case closed
    case open
    case halfOpen = "half_open"
}
