import BelayCore
import BelayResilience

extension ThompsonRouter {
    private struct Pick {
        var index: Int
        var reason: RoutingDecision.Reason
        /// Whether chance decided, so that a propensity has to be estimated.
        var isDrawn = false
    }

    /// Fewer outcomes than this are next to nothing.
    private static let leastEvidence = 5.0

    /// Chooses a path, and counts the choice: its cost against the ceiling, its exploration against the share.
    ///
    /// - Parameter random: Asked once per decision.
    /// - Returns: Nil when no candidate is available.
    package mutating func choose(
        _ request: RoutingRequest, at now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> RoutingDecision? {
        // One number from a source that may be shared and locked; a generator of our own for all the draws.
        var generator = SeededGenerator(seed: random.next())
        let value = self.options.valueOfSuccess.dollars
        let pressure = self.pacer?.pressure(value: value) ?? 0
        var paths = self.weigh(request, at: now, pressure: pressure)
        guard !paths.isEmpty else { return nil }

        var allowance = self.allowances[request.task] ?? ExplorationAllowance()
        allowance.earn(at: request.stakes, options: self.options)
        let pick = self.pick(request, from: &paths, allowance: allowance, using: &generator)
        let propensity = self.propensity(of: pick, among: paths, using: &generator)
        if pick.reason == .explored || pick.reason == .probe {
            allowance.spend(at: request.stakes, isProbe: pick.reason == .probe)
        }
        if pick.reason == .probe, let task = self.evidence.index(of: request.task), let place = paths[pick.index].place
        {
            self.evidence.probed(task: task, path: place, by: allowance.decisions)
        }
        self.keep(allowance, for: request.task)
        self.pacer?.charge(expected: paths[pick.index].cost ?? 0)
        return RoutingDecision(
            path: request.candidates[paths[pick.index].offset].path, reason: pick.reason, stakes: request.stakes,
            candidates: paths.map { RoutingDecision.Candidate($0, of: request) }, propensity: propensity,
            pressure: pressure)
    }

    private func pick(
        _ request: RoutingRequest, from paths: inout [WeighedPath], allowance: ExplorationAllowance,
        using random: inout SeededGenerator
    ) -> Pick {
        if let pinned = request.pinned,
            let index = paths.firstIndex(where: { request.candidates[$0.offset].path == pinned })
        {
            return Pick(index: index, reason: .pinned)
        }
        if paths.count == 1 { return Pick(index: 0, reason: .only) }
        guard paths.contains(where: { $0.standing != .tooExpensive }) else {
            let cheapest = paths.best(where: { _ in true }, by: { -($0.cost ?? 0) }) ?? 0
            return Pick(index: cheapest, reason: .lastResort)
        }
        let hasOpen = paths.contains { $0.standing == .open }
        let usable = hasOpen ? RoutingDecision.Candidate.Standing.open : .suspended
        let value = self.options.valueOfSuccess.dollars
        if request.stakes == .critical {
            let safest = paths.best(where: { $0.standing == usable }) {
                $0.utility(success: $0.belief.lowerEstimate, value: value)
            }
            return Pick(index: safest ?? 0, reason: hasOpen ? .critical : .lastResort)
        }
        if hasOpen, allowance.allowsProbe(at: request.stakes, options: self.options),
            let probe = self.mostNeglected(of: paths)
        {
            return Pick(index: probe, reason: .probe)
        }
        for index in paths.indices where paths[index].standing == usable {
            let sampled = paths[index].belief.sample(using: &random)
            paths[index].sampled = sampled
            paths[index].sampledUtility = paths[index].utility(success: sampled, value: value)
        }
        let drawn = paths.best(where: { $0.standing == usable }, by: \.sampledUtility) ?? 0
        // When every path has failed there is no best one to hold on to.
        guard hasOpen else { return Pick(index: drawn, reason: .lastResort, isDrawn: true) }
        let best = paths.best(where: { $0.standing == .open }, by: \.utility) ?? drawn
        guard allowance.allows(at: request.stakes, options: self.options) else {
            return Pick(index: best, reason: drawn == best ? .best : .capped)
        }
        return Pick(index: drawn, reason: drawn == best ? .best : .explored, isDrawn: true)
    }

    /// The suspended path that was looked after longest ago; without one, the path of which least is known, if that is
    /// next to nothing. A path that is too dear to be the best at any rate of success is never drawn first, so nothing
    /// else would notice that its price fell.
    private func mostNeglected(of paths: [WeighedPath]) -> Int? {
        if let suspended = paths.best(
            where: { $0.standing == .suspended }, by: { -Double($0.lastProbe) })
        {
            return suspended
        }
        return paths.best(
            where: { $0.standing == .open && $0.evidence < Self.leastEvidence },
            by: { -$0.evidence })
    }

    /// The share of repeated draws that would have chosen the same path, this one counted.
    private func propensity(
        of pick: Pick, among paths: [WeighedPath], using random: inout SeededGenerator
    ) -> Double? {
        guard self.options.propensityDraws > 0 else { return nil }
        guard pick.isDrawn else { return 1 }
        let value = self.options.valueOfSuccess.dollars
        let standing = paths[pick.index].standing
        var hits = 1
        for _ in 0..<self.options.propensityDraws {
            let drawn = paths.best(where: { $0.standing == standing }) {
                $0.utility(success: $0.belief.sample(using: &random), value: value)
            }
            if drawn == pick.index { hits += 1 }
        }
        return Double(hits) / Double(self.options.propensityDraws + 1)
    }

    private mutating func keep(_ allowance: ExplorationAllowance, for task: String) {
        self.allowances[task] = allowance
        guard self.allowances.count > 2 * self.options.maxTasks else { return }
        self.allowances = self.allowances.filter { self.evidence.index(of: $0.key) != nil }
    }
}

extension ThompsonRouter {
    /// What each available path promises.
    private func weigh(_ request: RoutingRequest, at now: Timestamp, pressure: Double) -> [WeighedPath] {
        let task = self.evidence.index(of: request.task)
        let age = task.map { self.evidence.tasks[$0].age(at: now, options: self.options) } ?? 0
        let context = self.options.contexts == .whereItPays ? request.context : nil
        var paths: [WeighedPath] = []
        paths.reserveCapacity(request.candidates.count)
        for (offset, candidate) in request.candidates.enumerated() where candidate.isAvailable {
            let prior = self.options.prior(for: candidate.path)
            if let task, let place = self.evidence.tasks[task].index(of: candidate.path, guess: offset) {
                // A projection into the array: a copy of what is known would cost more than all the draws.
                var path = self.evidence.tasks[task].paths[place].weigh(
                    candidate, offset: offset, atTaskAge: age, prior: prior, context: context,
                    contextStrength: self.options.contextStrength)
                path.place = place
                paths.append(path)
            } else {
                paths.append(WeighedPath(unknown: candidate, offset: offset, prior: prior))
            }
        }
        self.assumeTheWorst(of: &paths)
        self.addBurdens(to: &paths, pressure: pressure)
        return paths
    }

    private func addBurdens(to paths: inout [WeighedPath], pressure: Double) {
        let value = self.options.valueOfSuccess.dollars
        let penalty = self.options.penaltyPerSecond.dollars
        for index in paths.indices {
            let cost = paths[index].cost ?? 0
            paths[index].burden = (1 + pressure) * cost + penalty * (paths[index].latency ?? 0)
            paths[index].utility =
                paths[index].utility(success: paths[index].mean, value: value)
            // What a path costs that was never tried, one call will tell.
            if let pacer = self.pacer, paths[index].isCostKnown,
                !pacer.admits(cost, deviation: paths[index].costDeviation)
            {
                paths[index].standing = .tooExpensive
            }
        }
    }

    /// Unknown is never free: what isn't known of a path counts as much as with the worst of the others.
    private func assumeTheWorst(of paths: inout [WeighedPath]) {
        var cost: Double?
        var latency: Double?
        for path in paths {
            if let known = path.cost { cost = max(cost ?? known, known) }
            if let known = path.latency { latency = max(latency ?? known, known) }
        }
        for index in paths.indices {
            if paths[index].cost == nil { paths[index].cost = cost }
            if paths[index].latency == nil { paths[index].latency = latency }
        }
    }
}

extension PathEvidence {
    /// What this path promises to a call.
    func weigh(
        _ candidate: RoutingRequest.Candidate, offset: Int, atTaskAge taskAge: Double, prior: PathPrior,
        context: OutcomeContext?, contextStrength: Double
    ) -> WeighedPath {
        let belief: BetaDistribution
        if let suspension = self.health.suspension {
            belief = suspension.belief
        } else if let context, self.contextsPay {
            belief = self.belief(in: context, atTaskAge: taskAge, prior: prior, strength: contextStrength)
        } else {
            belief = self.belief(atTaskAge: taskAge, prior: prior)
        }
        let cost = candidate.cost?.dollars ?? self.posterior.cost.knownMean ?? prior.cost?.dollars
        var path = WeighedPath(
            offset: offset, belief: belief, cost: cost.map { $0 * (1 - candidate.cacheDiscount) },
            latency: self.posterior.latency.knownMean ?? prior.latency?.seconds)
        path.standing = self.health.isSuspended ? .suspended : .open
        path.evidence = max(0, belief.alpha + belief.beta - prior.strength)
        path.costDeviation = self.posterior.cost.variance.squareRoot()
        path.lastProbe = self.health.suspension?.lastProbe ?? 0
        return path
    }
}

extension WeighedPath {
    /// A path that nobody has tried yet.
    init(unknown candidate: RoutingRequest.Candidate, offset: Int, prior: PathPrior) {
        let cost = candidate.cost?.dollars ?? prior.cost?.dollars
        self.init(
            offset: offset, belief: DiscountedRate().posterior(priorMean: prior.success, strength: prior.strength),
            cost: cost.map { $0 * (1 - candidate.cacheDiscount) }, latency: prior.latency?.seconds)
    }
}
