import Synchronization

/// A call was not made because its dependency's circuit is open.
public struct CircuitOpen: Error, Sendable, Hashable {
    /// The dependency, as the breaker was named.
    public var dependency: String
    /// The longest it takes until a call may be let through.
    public var retryAfter: Duration

    public init(dependency: String, retryAfter: Duration) {
        self.dependency = dependency
        self.retryAfter = retryAfter
    }
}

/// A circuit breaker for one dependency: stops calling what keeps failing, and finds out by single calls when it is back.
///
/// While the circuit is closed `admit()` is one atomic load. For scoped work use ``run(judging:_:)``; where a call
/// outlives a scope use ``admit()`` and ``record(_:of:)``.
///
/// ```swift
/// let breaker = CircuitBreaker("payments") { alert("\($0): \($1.from) → \($1.to)") }
/// let receipt = try await breaker.run { try await payments.charge(order) }
/// ```
public final class CircuitBreaker: Sendable {
    public typealias Admission = CircuitBreakerStateMachine.Admission
    public typealias Outcome = CircuitBreakerStateMachine.Outcome
    public typealias Transition = CircuitBreakerStateMachine.Transition

    /// What is called through this breaker; used in errors and reports.
    public let dependency: String

    private let machine: Locked<CircuitBreakerStateMachine>
    /// A summary of `machine`, written under its lock: what the closed path reads instead.
    @usableFromInline let summary: Atomic<UInt64>
    private let timekeeper: Timekeeper
    private let onTransition: @Sendable (String, Transition) -> Void

    /// - Parameters:
    ///   - dependency: What is called, for errors and reports.
    ///   - policy: When it opens and closes.
    ///   - clock: What the timeouts are read from.
    ///   - onTransition: Called after each change, outside the lock, by the task that brought it about. Two changes in
    ///     quick succession may be reported in either order; their numbers tell.
    public init(
        _ dependency: String, policy: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        clock: any Clock<Duration> = ContinuousClock(),
        onTransition: @escaping @Sendable (_ dependency: String, _ transition: Transition) -> Void = { _, _ in }
    ) {
        let machine = CircuitBreakerStateMachine(policy: policy)
        self.dependency = dependency
        self.summary = Atomic(Summary(of: machine).word)
        self.machine = Locked(machine)
        self.timekeeper = Timekeeper(clock)
        self.onTransition = onTransition
    }

    /// Whether every call may pass at this moment. One atomic load.
    @inlinable public var isClosed: Bool {
        self.summary.load(ordering: .acquiring) & 1 != 0  // Bit 0 of `Summary`.
    }

    /// Where the circuit stands. An open one stays open until the first call after its recovery timeout.
    public var state: CircuitState { self.machine.withLock { $0.circuit } }

    /// How long a call that came now would be refused; nil when it would pass. Takes no probe's place.
    public var refusal: Duration? {
        if self.isClosed { return nil }
        let now = self.timekeeper.now
        return self.machine.withLock { $0.refusal(at: now) }
    }

    /// Lets a call pass or refuses it.
    ///
    /// - Returns: What has to be handed to ``record(_:of:)`` once, whatever becomes of the call. If it never is, a probe
    ///   lapses after the policy's probe timeout.
    /// - Throws: ``CircuitOpen``; the call must not be made.
    public func admit() throws(CircuitOpen) -> Admission {
        let summary = self.loadSummary()
        if summary.isClosed { return Admission(epoch: summary.epoch) }
        let now = self.timekeeper.now
        switch self.change({ $0.admit(at: now) }) {
        case .admitted(let admission, let transition):
            self.report(transition)
            return admission
        case .rejected(let wait):
            throw CircuitOpen(dependency: self.dependency, retryAfter: wait)
        }
    }

    /// Takes the outcome of an admitted call. Late answers, from before the circuit last changed, are ignored.
    public func record(_ outcome: Outcome, of admission: Admission) {
        if outcome == .success, self.loadSummary().isUnmovedBySuccess(of: admission) { return }
        let now = self.timekeeper.now
        self.report(self.change { $0.record(outcome, of: admission, at: now) })
    }

    /// Runs `body` if the circuit lets it pass, and records what became of it.
    ///
    /// - Parameters:
    ///   - judge: What an error says about the dependency; by default each is a failure of it. Cancellation is always
    ///     ignored and never asked about.
    ///   - body: The call.
    /// - Throws: ``CircuitOpen`` when `body` was not run, else what `body` throws.
    public nonisolated(nonsending) func run<Value>(
        judging judge: (any Error) -> Outcome = { _ in .failure },
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        let admission = try self.admit()
        do {
            let value = try await body()
            self.record(.success, of: admission)
            return value
        } catch {
            let isCancellation = error is CancellationError || Task.isCancelled
            self.record(isCancellation ? .ignored : judge(error), of: admission)
            throw error
        }
    }

    private func change<Result>(_ body: (inout CircuitBreakerStateMachine) -> sending Result) -> sending Result {
        self.machine.withLock { machine in
            defer { self.summary.store(Summary(of: machine).word, ordering: .releasing) }
            return body(&machine)
        }
    }

    private func report(_ transition: Transition?) {
        if let transition { self.onTransition(self.dependency, transition) }
    }

    private func loadSummary() -> Summary {
        Summary(word: self.summary.load(ordering: .acquiring))
    }
}

/// A circuit in one word: bit 0 is closed, bit 1 has no failure to forget, the rest is the epoch.
private struct Summary {
    let word: UInt64

    init(word: UInt64) {
        self.word = word
    }

    init(of machine: CircuitBreakerStateMachine) {
        let isClosed: UInt64 = machine.circuit == .closed ? 1 : 0
        // A window counts successes too, so with one every success moves the machine.
        let isCount = if case .consecutiveFailures = machine.policy.trip { true } else { false }
        let isUnmoved: UInt64 = isCount && machine.state == .closed(failures: 0) ? 2 : 0
        self.word = machine.epoch << 2 | isUnmoved | isClosed
    }

    var isClosed: Bool { self.word & 1 != 0 }
    var epoch: UInt64 { self.word >> 2 }

    func isUnmovedBySuccess(of admission: CircuitBreaker.Admission) -> Bool {
        self.word & 2 != 0 && admission.epoch == self.epoch
    }
}
