import BelayCore
import BelayResilience

extension Ledger {
    /// Between two looks at what the hour has cost. The first one is so long after the start: what runs for a moment only
    /// doesn't read days of lines.
    static let watchInterval = Duration.seconds(60)

    /// What was worth an alert since this process began, the newest first.
    ///
    /// - Parameter limit: 1,000 at most are kept.
    public func recentAlerts(_ limit: Int = 100) -> [Alert] { self.alerts.withLock { $0.latest(limit) } }

    /// Tells of it, unless it was told in its period before.
    func raise(_ alert: Alert) {
        guard self.alerts.withLock({ $0.raise(alert) }) else { return }
        self.report(.alert(alert))
    }

    func raise(_ standings: [AccountStanding]) {
        guard self.options.alerts.budgets else { return }
        for standing in standings {
            let tenant = standing.key.tenant.isEmpty ? nil : standing.key.tenant
            self.raise(
                Alert(
                    .budget(standing), tenant: tenant, subject: standing.key.subject, period: standing.key.period,
                    time: self.wallClock.now))
        }
    }

    /// Tells that a limit is reached for a call, as far as nothing under way can change that.
    func raise(_ refusal: LedgerRefusal, for spender: Spender) {
        guard self.options.alerts.budgets, case .exceeded(let state, _) = refusal else { return }
        let now = self.wallClock.now
        let period = self.budgets.first { $0.name == state.budget }?.period ?? .total
        self.raise(
            Alert(
                .refusal(state), tenant: state.scope == .everything ? nil : spender.tenant, subject: state.subject,
                period: period.start(at: now), time: now, spender: spender))
    }

    /// Hears what a call has cost so far, attempt by attempt.
    ///
    /// - Parameter before: What it had cost before the last one.
    public func noteCall(costing spent: Money, before: Money, for spender: Spender, path: String) {
        let limit = self.options.alerts.callCost
        guard limit > .zero, before <= limit, spent > limit else { return }
        let now = self.wallClock.now
        self.raise(
            Alert(
                .call(cost: spent, limit: limit), tenant: spender.tenant, subject: path,
                period: BudgetPeriod.hour.start(at: now), time: now, spender: spender))
    }

    /// Hears of an attempt at a model without a price.
    public func noteUnknownPrice(of path: String) {
        guard self.options.alerts.unknownPrice else { return }
        let now = self.wallClock.now
        self.raise(
            Alert(.unknownPrice, tenant: nil, subject: path, period: BudgetPeriod.day.start(at: now), time: now))
    }

    // MARK: The rate

    /// Compares what was spent in this hour with the same hour of earlier days, until it is cancelled. What it compares is
    /// in the store: a process that has just begun knows as much as one that runs for weeks.
    func watchSpending() async {
        guard let rate = self.options.alerts.rate else { return }
        var watch = SpendWatch(rate)
        while !Task.isCancelled {
            // Only cancellation ends the pause early, and the loop.
            try? await self.timekeeper.sleep(for: Self.watchInterval)
            guard !Task.isCancelled else { return }
            await self.compareSpending(&watch)
        }
    }

    func compareSpending(_ watch: inout SpendWatch) async {
        let now = self.wallClock.now
        let hour = BudgetPeriod.hour.start(at: now)
        do {
            var days: [SpendWatch.Sums] = []
            let missing = watch.missing(for: hour)
            for start in missing { days.append(try await self.spent(inHourFrom: start)) }
            if !missing.isEmpty { watch.learn(days, for: hour) }
            for alert in watch.alerts(try await self.spent(inHourFrom: hour), at: now) { self.raise(alert) }
        } catch is CancellationError {
            // The process ends.
        } catch {
            self.report(.delayed(count: 0, reason: "what is spent can't be compared with earlier days: \(error)"))
        }
    }

    private func spent(inHourFrom start: Timestamp) async throws -> SpendWatch.Sums {
        let end = BudgetPeriod.hour.end(from: start)
        do {
            return try await self.store.costs(CostQuery(by: [.tenant], since: start, until: end)).spent
        } catch is TooManyCostGroups {
            // Too many tenants to look at each; all together are looked at still.
            return [nil: try await self.store.costs(CostQuery(since: start, until: end)).total.cost]
        }
    }
}
