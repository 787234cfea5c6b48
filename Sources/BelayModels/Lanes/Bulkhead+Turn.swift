import BelayCore
import BelayResilience

extension Bulkhead {
    /// Waits for a place of an attempt.
    ///
    /// - Throws: `ModelFailure` of kind `throttled`, or `CancellationError`.
    func turn(until deadline: Moment, clock: Timekeeper) async throws -> BulkheadPermit {
        if !Task.isCancelled, let permit = self.acquireIfFree() { return permit }
        do {
            return try await withDeadline(clock.now.duration(to: deadline), clock: clock) { try await self.acquire() }
        } catch let full as BulkheadFull {
            throw ModelFailure(
                .throttled, message: "not sent: \(self.running) attempts are under way, and as many wait as may",
                retryAfter: full.retryAfter)
        } catch is DeadlineExceeded {
            throw ModelFailure(.throttled, message: "not sent: \(self.running) attempts are under way")
        }
    }
}
