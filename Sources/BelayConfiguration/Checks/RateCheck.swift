import BelayYAML

/// Checks of one rate what its keys alone cannot tell.
struct RateCheck {
    let rate: Configuration.Rate
    let node: Located
    /// The budgets of the file, whose names a rate's own must not be.
    let budgets: [String]
    /// Whether the server has keys.
    let hasKeys: Bool

    func run(into reader: inout Reader) {
        let limits: [Int?] = [
            self.rate.requestsPerMinute, self.rate.tokensPerMinute, self.rate.tokensPerDay, self.rate.sessionsPerHour,
            self.rate.concurrentRequests, self.rate.concurrentExecutions,
        ]
        // One that can't be read may be the one that is missing.
        let hasProblems = !reader.problems.isEmpty
        if limits.allSatisfy({ $0 == nil }), !hasProblems {
            reader.report(
                "this rate limits nothing; give it 'requests_per_minute', 'tokens_per_minute', 'tokens_per_day', "
                    + "'sessions_per_hour', 'concurrent_requests' or 'concurrent_executions'", at: self.node)
        }
        if self.rate.burst != nil, self.rate.requestsPerMinute == nil, !hasProblems {
            reader.report("has no effect without 'requests_per_minute'", at: self.node["burst"] ?? self.node)
        }
        if self.rate.maxWait != nil, self.rate.excess == .refuse {
            reader.report("has no effect without 'when_exceeded: queue'", at: self.node["max_wait"] ?? self.node)
        }
        if self.rate.excess == .queue, !hasProblems, self.rate.tokensPerDay != nil, self.rate.policy == nil {
            reader.report(
                "has no effect on 'tokens_per_day': a day's tokens are a budget, which nobody waits for",
                at: self.node["when_exceeded"] ?? self.node)
        }
        if self.rate.scope == .key, !self.hasKeys, !hasProblems {
            reader.report("has no effect without 'server.keys'", at: self.node["per"] ?? self.node)
        }
        guard self.rate.tokensPerDay != nil, let place = self.node["tokens_per_day"] else { return }
        if self.rate.scope == .key {
            reader.report(
                "budgets don't count keys; set it per 'tenant', 'customer', 'user', 'agent' or 'everything'", at: place)
        }
        let name = self.rate.budgetName
        if name.utf8.count > 64 {
            reader.report(
                "is kept as the budget '\(name)', whose name is longer than 64 characters; shorten the rate's",
                at: place)
        } else if self.budgets.contains(name) {
            reader.report("is kept as the budget '\(name)', and 'budgets' has another one of this name", at: place)
        }
    }
}
