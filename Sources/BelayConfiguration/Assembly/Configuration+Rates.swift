import Belay
import BelayLedger
import BelayResilience

extension Configuration {
    /// What limits requests to a server; nil where nothing does.
    public func makeRateGate(clock: any Clock<Duration> = ContinuousClock()) -> RateGate? {
        let policies = self.rates.compactMap(\.policy)
        return policies.isEmpty ? nil : RateGate(policies, clock: clock)
    }

    /// All budgets that are in force: those of the file, and what rates allow in a day.
    public var allBudgets: [Budget] { self.budgets + self.rates.compactMap(\.budget) }
}

extension Configuration.Rate {
    /// What requests are held to; nil where it limits tokens of a day only.
    var policy: RatePolicy? {
        guard
            self.requestsPerMinute != nil || self.tokensPerMinute != nil || self.sessionsPerHour != nil
                || self.concurrentRequests != nil || self.concurrentExecutions != nil
        else { return nil }
        return RatePolicy(
            self.name, per: self.scope, requests: self.requestsPerMinute.map { .perMinute($0, burst: self.burst) },
            tokens: self.tokensPerMinute.map { .perMinute($0) },
            sessions: self.sessionsPerHour.map { RateLimit($0, per: .seconds(3_600)) },
            concurrent: self.concurrentRequests, executions: self.concurrentExecutions,
            maxWait: self.excess == .queue ? self.maxWait ?? Self.usualWait : .zero)
    }

    /// Under which name the ledger keeps the tokens of a day.
    var budgetName: String { "rates-\(self.name)" }

    /// Shared by all processes of a store, and kept over restarts; nil without such a limit.
    var budget: Budget? {
        guard let limit = self.tokensPerDay, let scope = self.budgetScope else { return nil }
        return Budget(self.budgetName, per: scope, period: .day, limit: .tokens(Int64(limit)))
    }

    private var budgetScope: BudgetScope? {
        switch self.scope {
        case .user: .user
        case .customer: .customer
        case .agent: .agent
        case .tenant: .tenant
        case .everything: .everything
        case .key: nil
        }
    }
}
