import BelayCore
import BelayResilience

/// A rate that counts a start, with the one whom it counts it for.
struct StartRate: Sendable {
    /// Nobody knows when an execution ends.
    private static let guess = Duration.seconds(5)

    let limit: OpenExecutionLimit
    let scope: RatePolicy.Scope
    let subject: StartOrder.Subject
    let maxWait: Duration

    /// Nil for a policy that doesn't count it.
    init?(_ policy: RatePolicy, counting ask: RateAsk) {
        guard let count = policy.executions, let subject = StartOrder.Subject(of: ask, under: policy) else {
            return nil
        }
        self.limit = OpenExecutionLimit(policy.name, per: policy.scope.ofExecutions, count: count)
        self.scope = policy.scope
        self.subject = subject
        self.maxWait = policy.maxWait
    }

    var exceeded: RateExceeded {
        RateExceeded(
            standing: RateStanding(
                policy: self.limit.name, dimension: .executions, underWay: self.limit.count, limit: self.limit.count),
            scope: self.scope, subject: self.subject.name, cost: 1, retryAfter: Self.guess)
    }
}
