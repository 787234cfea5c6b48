import BelayCore
import BelayResilience

/// Decides, for one call, which path is tried next and when. Owns no clock, no lock and no generator.
///
/// A path that may recover is tried again after a wait; the first path in order whose wait is short enough goes first.
/// A path that refuses the form of the request gets it in another, and what is too long for one goes on to a larger one.
/// So a path is retried before the next one is tried, unless its provider asks for more patience than the route has. A
/// path that was passed over, for that or because its circuit is open for a short while, is come back to when no other is
/// left. A provider that still asks for more patience then ends the call, which says so, instead of keeping it.
struct RouteMachine: Sendable {
    enum Decision: Sendable, Hashable {
        /// `isRetry`: a transient failure of this path came before, so the provider's retry budget is asked first.
        /// `isHeld`: its circuit was open, and is to be looked at again only after the wait.
        case attempt(path: Int, after: Duration, isRetry: Bool, isHeld: Bool = false)
        case giveUp(Reason)
    }

    /// Why nothing more is tried.
    enum Reason: String, Sendable, Hashable {
        /// Every path has failed for good, or as often as it may.
        case pathsExhausted
        case attemptsExhausted
        /// The next attempt would begin too late.
        case timeExhausted
        /// The failure forbids any further attempt: it is the caller's, or the content's.
        case forbidden
        /// The provider asks for more patience than the route has, and no other path can answer.
        case waitTooLong
        /// Something was put out that no other attempt can go on from.
        case committed
    }

    /// What the provider of a path has besides the endpoint that failed.
    enum Standby: Sendable, Hashable {
        /// It has no other endpoint.
        case none
        /// Others, of which none can take an attempt at once.
        case busy
        case ready
    }

    private struct PathState: Sendable {
        let model: ModelPath
        /// Tokens that it takes; nil when nobody knows.
        let contextTokens: Int?
        var schedule: RetrySchedule
        /// From when it may be tried; nil when it is out for this call.
        var readyAt: Moment?
        /// Until when its provider asked to be left alone.
        var askedUntil: Moment?
        /// Its circuit was open when it was looked at last.
        var isHeld = false
        /// How often its circuit was found open.
        var holds = 0
        /// It refused the first form of the request.
        var isAdapted = false

        /// Whether what was too long for `other` may fit here: as far as anybody knows.
        func mayTakeMore(than other: PathState) -> Bool {
            if let own = self.contextTokens, let others = other.contextTokens { return own > others }
            return self.model.model != other.model.model
        }
    }

    /// How often one call looks at a path whose circuit is open.
    private static let maxHolds = 16
    /// How long it waits before it looks again. With the number of looks this is more than the usual patience.
    private static let holdWaits = RetryPolicy(base: .milliseconds(250), cap: .seconds(2))

    private let patience: Duration
    private let onRefusal: Route.RefusalPolicy
    private var paths: [PathState]
    private var budget: AttemptBudget

    /// - Parameters:
    ///   - paths: In order of preference.
    ///   - total: The time for the whole call; longer than zero.
    init(route: Route, paths: [Route.Path], total: Duration, startedAt start: Moment) {
        let policy = RetryPolicy(
            maxAttempts: route.maxAttemptsPerPath, base: route.backoffBase, cap: route.backoffCap, maxTotal: total)
        self.patience = route.patience
        self.onRefusal = route.onRefusal
        self.budget = AttemptBudget(maxAttempts: route.maxAttempts, total: total, startingAt: start)
        self.paths = paths.map {
            PathState(
                model: $0.model, contextTokens: $0.contextTokens,
                schedule: RetrySchedule(policy: policy, startedAt: start), readyAt: start)
        }
    }

    /// The time left for the call.
    func timeLeft(at now: Moment) -> Duration { self.budget.timeLeft(at: now) }

    /// The next step from here.
    func next(at now: Moment) -> Decision {
        switch self.budget.exhausted(at: now) {
        case .attempts: return .giveUp(.attemptsExhausted)
        case .time: return .giveUp(.timeExhausted)
        case nil: break
        }
        let free = self.paths.indices.filter { self.paths[$0].readyAt != nil }
        let next =
            free.first { !self.paths[$0].isHeld && self.wait(for: $0, at: now) <= self.patience }
            ?? free.filter { self.askedWait(for: $0, at: now) <= self.patience }
            .min { self.wait(for: $0, at: now) < self.wait(for: $1, at: now) }
        guard let path = next else { return .giveUp(free.isEmpty ? .pathsExhausted : .waitTooLong) }
        let wait = self.wait(for: path, at: now)
        guard wait < self.budget.timeLeft(at: now) else { return .giveUp(.timeExhausted) }
        let state = self.paths[path]
        return .attempt(path: path, after: wait, isRetry: state.schedule.failures > 0, isHeld: state.isHeld)
    }

    /// The path of a second attempt beside one that is under way, the first in order that could be tried now; nil when
    /// there is none.
    ///
    /// - Parameter hasOther: Whether the path under way has another endpoint: it goes first, for its answers are alike.
    func second(beside path: Int, hasOther: Bool, at now: Moment) -> Int? {
        guard self.budget.exhausted(at: now) == nil else { return nil }
        let schedule = self.paths[path].schedule
        if hasOther, schedule.failures + 1 < schedule.policy.maxAttempts { return path }
        return self.paths.indices.first { index in
            let state = self.paths[index]
            return index != path && !state.isHeld && (state.readyAt.map { $0 <= now } ?? false)
        }
    }

    /// Counts an attempt that is about to be sent.
    ///
    /// - Throws: When there is none left; nothing is counted and the call has to end.
    mutating func willSend(at now: Moment) throws(AttemptBudget.Exhausted) {
        try self.budget.take(at: now)
    }

    /// Takes what became of an attempt, sent or not, and says what follows.
    ///
    /// - Parameter standby: A retry at another endpoint needs no wait, and what the first one asked for is not its business.
    mutating func failed(
        path: Int, with failure: ModelFailure, standby: Standby = .none, at now: Moment,
        using random: inout some RandomNumberGenerator
    ) -> Decision {
        self.paths[path].isHeld = false
        self.paths[path].askedUntil = nil
        switch failure.kind.disposition {
        case .transient:
            self.retry(path, after: failure, standby: standby, at: now, using: &random)
        case .nextPath:
            self.hold(path, for: failure, at: now, using: &random)
        case .keyFault where standby == .ready:
            self.retry(path, after: failure, standby: standby, at: now, using: &random)
        case .keyFault where standby == .busy:
            self.paths[path].readyAt = nil
        case .keyFault:
            // All its models have the same key.
            let provider = self.paths[path].model.provider
            for other in self.paths.indices where self.paths[other].model.provider == provider {
                self.paths[other].readyAt = nil
            }
        case .adapt:
            self.adapt(path, at: now, using: &random)
        case .tooLong:
            let tooSmall = self.paths[path]
            for other in self.paths.indices where !self.paths[other].mayTakeMore(than: tooSmall) {
                self.paths[other].readyAt = nil
            }
        case .refused where self.onRefusal == .nextPath:
            self.paths[path].readyAt = nil
        case .stop, .refused:
            return .giveUp(.forbidden)
        }
        return self.next(at: now)
    }

    /// Takes a retry that the provider's retry budget didn't allow.
    mutating func retryRefused(path: Int, at now: Moment) -> Decision {
        self.paths[path].readyAt = nil
        return self.next(at: now)
    }

    /// Another attempt on this path counts like any other, but need not wait. A path that refuses both forms is out.
    private mutating func adapt(_ path: Int, at now: Moment, using random: inout some RandomNumberGenerator) {
        let wasAdapted = self.paths[path].isAdapted
        self.paths[path].isAdapted = true
        self.paths[path].readyAt = nil
        guard !wasAdapted else { return }
        let decision = self.paths[path].schedule.next(after: .transient(), at: now, within: self.budget, using: &random)
        if case .retry = decision { self.paths[path].readyAt = now }
    }

    private mutating func retry(
        _ path: Int, after failure: ModelFailure, standby: Standby, at now: Moment,
        using random: inout some RandomNumberGenerator
    ) {
        let asked = standby == .ready ? nil : failure.retryAfter
        let verdict = FailureVerdict.transient(retryAfter: asked)
        switch self.paths[path].schedule.next(after: verdict, at: now, within: self.budget, using: &random) {
        case .retry(let wait):
            self.paths[path].readyAt = standby == .ready ? now : now + wait
            self.paths[path].askedUntil = asked.map { now + $0 }
        case .giveUp: self.paths[path].readyAt = nil
        }
    }

    /// Takes a path out, or for a while only: a circuit that closes again soon is worth a wait when no other path is left.
    ///
    /// A half-open circuit says how long its probe may take at most, so it is looked at again sooner, and by chance, for
    /// not all calls that wait should come at once.
    private mutating func hold(
        _ path: Int, for failure: ModelFailure, at now: Moment, using random: inout some RandomNumberGenerator
    ) {
        self.paths[path].readyAt = nil
        guard failure.kind == .circuitOpen, let longest = failure.retryAfter, longest <= self.patience,
            longest < self.budget.timeLeft(at: now), self.paths[path].holds < Self.maxHolds
        else { return }
        let wait =
            Self.holdWaits.ceiling(beforeRetry: self.paths[path].holds) * Double.random(in: 0.5...1, using: &random)
        // A failure keeps whole milliseconds, rounded down; one more, so that the circuit is sure to be due.
        self.paths[path].readyAt = now + min(longest + .milliseconds(1), wait)
        self.paths[path].isHeld = true
        self.paths[path].holds += 1
    }

    private func askedWait(for path: Int, at now: Moment) -> Duration {
        self.paths[path].askedUntil.map { max(.zero, now.duration(to: $0)) } ?? .zero
    }

    private func wait(for path: Int, at now: Moment) -> Duration {
        self.paths[path].readyAt.map { max(.zero, now.duration(to: $0)) } ?? .zero
    }
}
