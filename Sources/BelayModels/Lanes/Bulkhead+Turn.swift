import BelayCore
import BelayResilience

extension Bulkhead {
    /// Waits for a place of an attempt.
    ///
    /// - Parameter obstacle: What is said of those before it, when it gets no place.
    /// - Throws: `ModelFailure` of kind `throttled`, or `CancellationError`.
    func turn(
        of tenant: String, until deadline: Moment, clock: Timekeeper, obstacle: @autoclosure () -> String
    ) async throws -> BulkheadPermit {
        if !Task.isCancelled, let permit = self.acquireIfFree(for: tenant) { return permit }
        do {
            return try await withDeadline(clock.now.duration(to: deadline), clock: clock) {
                try await self.acquire(for: tenant)
            }
        } catch let full as BulkheadFull {
            throw ModelFailure(
                .throttled, message: "not sent: \(obstacle()), and as many wait as may", retryAfter: full.retryAfter)
        } catch is DeadlineExceeded {
            throw ModelFailure(.throttled, message: "not sent: \(obstacle())", retryAfter: self.suggestedWait)
        }
    }

    /// Waits for a place among the attempts that are under way.
    ///
    /// - Throws: `ModelFailure` of kind `throttled`, or `CancellationError`.
    func turn(of tenant: String, until deadline: Moment, clock: Timekeeper) async throws -> BulkheadPermit {
        try await self.turn(
            of: tenant, until: deadline, clock: clock, obstacle: "\(self.running) attempts are under way")
    }
}
