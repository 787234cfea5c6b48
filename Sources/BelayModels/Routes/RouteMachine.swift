import BelayCore
import BelayResilience

/// Decides, for one call, which path is tried next and when. Owns no clock, no lock and no generator.
///
/// A path that may recover is tried again after a wait; the first path in order whose wait is short enough goes first.
/// So a path is retried before the next one is tried, unless its provider asks for more patience than the route has; and
/// a path that was passed over for that is come back to when no other is left.
struct RouteMachine: Sendable {
    enum Decision: Sendable, Hashable {
        /// `isRetry`: a transient failure of this path came before, so the provider's retry budget is asked first.
        case attempt(path: Int, after: Duration, isRetry: Bool)
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
    }

    private struct PathState: Sendable {
        let provider: String
        var schedule: RetrySchedule
        /// From when it may be tried; nil when it is out for this call.
        var readyAt: Moment?
    }

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
                provider: $0.model.provider, schedule: RetrySchedule(policy: policy, startedAt: start), readyAt: start)
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
        guard
            let path = free.first(where: { self.wait(for: $0, at: now) <= self.patience })
                ?? free.min(by: { self.wait(for: $0, at: now) < self.wait(for: $1, at: now) })
        else { return .giveUp(.pathsExhausted) }
        let wait = self.wait(for: path, at: now)
        guard wait < self.budget.timeLeft(at: now) else { return .giveUp(.timeExhausted) }
        return .attempt(path: path, after: wait, isRetry: self.paths[path].schedule.failures > 0)
    }

    /// Counts an attempt that is about to be sent.
    ///
    /// - Throws: When there is none left; nothing is counted and the call has to end.
    mutating func willSend(at now: Moment) throws(AttemptBudget.Exhausted) {
        try self.budget.take(at: now)
    }

    /// Takes what became of an attempt, sent or not, and says what follows.
    mutating func failed(
        path: Int, with failure: ModelFailure, at now: Moment, using random: inout some RandomNumberGenerator
    ) -> Decision {
        switch failure.kind.disposition {
        case .transient:
            let verdict = FailureVerdict.transient(retryAfter: failure.retryAfter)
            switch self.paths[path].schedule.next(after: verdict, at: now, within: self.budget, using: &random) {
            case .retry(let wait): self.paths[path].readyAt = now + wait
            case .giveUp: self.paths[path].readyAt = nil
            }
        case .nextPath:
            self.paths[path].readyAt = nil
        case .keyFault:
            // All its models have the same key.
            for other in self.paths.indices where self.paths[other].provider == self.paths[path].provider {
                self.paths[other].readyAt = nil
            }
        case .refused where self.onRefusal == .nextPath:
            self.paths[path].readyAt = nil
        case .stop, .tooLong, .refused:
            return .giveUp(.forbidden)
        }
        return self.next(at: now)
    }

    /// Takes a retry that the provider's retry budget didn't allow.
    mutating func retryRefused(path: Int, at now: Moment) -> Decision {
        self.paths[path].readyAt = nil
        return self.next(at: now)
    }

    private func wait(for path: Int, at now: Moment) -> Duration {
        self.paths[path].readyAt.map { max(.zero, now.duration(to: $0)) } ?? .zero
    }
}
