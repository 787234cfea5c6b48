import BelayCore
import BelayResilience

/// One policy's way through a world, call by call.
struct Walk {
    private struct Pending {
        let outcome: CallOutcome
        let call: Int
    }

    let world: RoutingWorld
    /// By call and path.
    let truths: [[RoutingWorld.Truth]]
    let options: LearnedRoutingOptions
    let best: [OracleMix]

    /// Which path each call took, and what it cost.
    private(set) var paths: [Int] = []
    private(set) var costs: [Double] = []
    private var totals = (reward: 0.0, success: 0.0, regret: 0.0, explored: 0)

    init(world: RoutingWorld, truths: [[RoutingWorld.Truth]], options: LearnedRoutingOptions, best: [OracleMix]) {
        self.world = world
        self.truths = truths
        self.options = options
        self.best = best
    }

    mutating func run(_ policy: any RoutingPolicy, windows: Int) -> PolicyReport {
        self.run(opened: policy, windows: windows)
    }

    private mutating func run<Policy: RoutingPolicy>(opened policy: Policy, windows: Int) -> PolicyReport {
        var policy = policy
        var random = SeededGenerator(seed: SeededGenerator.mix(self.world.seed &+ 1))
        var pending: [Pending] = []
        for call in 0..<self.world.calls {
            let now = self.world.time(of: call)
            // At most `delay` are pending, so the removal from the front is cheap.
            while let first = pending.first, first.call + self.world.delay < call {
                policy.learn(from: first.outcome, at: now)
                pending.removeFirst()
            }
            let request = RoutingRequest(
                task: "task", candidates: self.candidates(of: call), context: self.world.context(of: call))
            guard let decision = policy.choose(request, at: now, using: &random),
                let path = self.world.paths.firstIndex(where: { $0.path == decision.path })
            else { preconditionFailure("A policy chose no path, or none of the candidates.") }
            pending.append(Pending(outcome: self.step(call, path: path, decision: decision, at: now), call: call))
        }
        return self.report(policy.name, windows: windows)
    }

    private func candidates(of call: Int) -> [RoutingRequest.Candidate] {
        self.world.paths.indices.map { index in
            let cost = self.world.tellsPrices ? Money(estimate: self.truths[call][index].cost) : nil
            return RoutingRequest.Candidate(self.world.paths[index].path, cost: cost)
        }
    }

    private mutating func step(_ call: Int, path: Int, decision: RoutingDecision, at now: Timestamp) -> CallOutcome {
        let answer = self.world.answer(of: path, to: call)
        let utility = Utility(self.options)
        self.paths.append(path)
        self.costs.append(answer.cost)
        self.totals.reward += utility.of(answer)
        self.totals.success += answer.success
        self.totals.regret += self.best[call].utility - utility.of(self.truths[call][path])
        if decision.isExploration { self.totals.explored += 1 }
        return CallOutcome(
            id: "\(call)", task: "task", path: decision.path, time: now, success: answer.success,
            latency: .milliseconds(Int64(answer.latency * 1_000)), cost: Money(estimate: answer.cost),
            context: self.world.context(of: call), decision: decision)
    }

    private func report(_ name: String, windows: Int) -> PolicyReport {
        let calls = Double(self.world.calls)
        var report = PolicyReport(policy: name, calls: self.world.calls)
        report.reward = self.totals.reward / calls
        report.success = self.totals.success / calls
        report.cost = self.costs.reduce(0, +) / calls
        report.regret = self.totals.regret / calls
        report.relativeRegret = self.totals.regret / self.best.reduce(0) { $0 + $1.utility }
        report.explored = Double(self.totals.explored) / calls
        report.shares = (0..<windows).map { window in
            let range = (self.world.calls * window / windows)..<(self.world.calls * (window + 1) / windows)
            return self.world.paths.indices.map { self.share(of: $0, in: range) }
        }
        report.worstWindow = self.worstWindow()
        self.measureOutage(into: &report)
        return report
    }

    private func share(of path: Int, in calls: Range<Int>) -> Double {
        calls.isEmpty ? 0 : Double(self.paths[calls].count { $0 == path }) / Double(calls.count)
    }

    private func measureOutage(into report: inout PolicyReport) {
        guard let path = self.world.paths.firstIndex(where: { $0.outage != nil }),
            let outage = self.world.paths[path].outage
        else { return }
        let usual = self.share(of: path, in: max(0, outage.lowerBound - 500)..<outage.lowerBound)
        guard usual >= 0.2 else { return }
        report.callsToLeave = (20...outage.count).first {
            let end = outage.lowerBound + $0
            return self.share(of: path, in: (end - 20)..<end) < 0.1
        }
        let rest = self.world.calls - outage.upperBound
        guard report.callsToLeave != nil, rest >= 100 else { return }
        report.callsToReturn = (100...rest).first {
            let end = outage.upperBound + $0
            return self.share(of: path, in: (end - 100)..<end) > usual / 2
        }
    }

    /// Over all windows of the ceiling's length, wherever they begin.
    private func worstWindow() -> Double? {
        let length = self.options.ceilingWindow
        guard let ceiling = self.options.costCeiling?.dollars, length <= self.costs.count else { return nil }
        var sum = self.costs.prefix(length).reduce(0, +)
        var worst = sum
        for end in length..<self.costs.count {
            sum += self.costs[end] - self.costs[end - length]
            worst = max(worst, sum)
        }
        return worst / Double(length) / ceiling
    }
}
