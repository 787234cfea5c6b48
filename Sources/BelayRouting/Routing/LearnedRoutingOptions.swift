import BelayCore

/// What a learned route weighs, how fast it forgets, and how much it may try out.
public struct LearnedRoutingOptions: Sendable, Hashable, Codable {
    /// Whether a path's success is told apart by ``OutcomeContext``.
    public enum ContextUse: String, Sendable, Hashable, Codable, CaseIterable {
        case off
        /// In tasks where it predicted outcomes better than one rate per path did, before it had seen them.
        case whereItPays = "where_it_pays"
    }

    /// What a right answer is worth; cost and latency are weighed against it. Larger than zero; default $0.10.
    public var valueOfSuccess: Money
    /// What a second of waiting costs. Default $0.001.
    public var penaltyPerSecond: Money
    /// The mean cost of a call that isn't exceeded over `ceilingWindow` calls by more than 1 %, as long as a path exists
    /// that is cheap enough. Nil, the default, for no ceiling.
    public var costCeiling: Money?
    /// The calls over which the ceiling holds, 100 or more; default 1,000. A single call may be dearer than the ceiling by 0.7 % of what the
    /// window may cost, its usual spread included; dearer paths need a longer window.
    public var ceilingWindow: Int
    /// For paths that `priors` doesn't name.
    public var prior: PathPrior
    public var priors: [ModelPath: PathPrior]
    /// After this time an outcome weighs half. Default 7 days.
    public var halfLife: Duration
    /// After this many further outcomes of its task an outcome weighs half. At least 10; default 1,000.
    public var halfLifeInOutcomes: Double
    /// The share of calls of low stakes that may take another than the best path, 0 to 1. Default 0.2.
    public var lowStakesExploration: Double
    /// The same for normal stakes. Default 0.1. Critical calls never do.
    public var normalExploration: Double
    /// The share of calls that look after paths that failed, 0 to 1; it is part of the exploration. Default 0.02.
    public var probeShare: Double
    /// How many outcomes lie between two false alarms on a path that works as usual, at least and on average. Larger is
    /// slower to leave a path that failed. 10 or more; default 10,000.
    public var falseAlarmInterval: Double
    public var contexts: ContextUse
    /// How many outcomes of a context it takes until they count as much as all the others. Default 20.
    public var contextStrength: Double
    /// How many draws estimate the propensity of each decision, for offline evaluation; 0, the default, for none. Each
    /// costs as much as a decision.
    public var propensityDraws: Int
    /// Bounds of what is remembered; what was used longest ago makes room.
    public var maxTasks: Int
    public var maxPathsPerTask: Int
    public var maxContextsPerPath: Int
    /// How many outcomes can still be corrected.
    public var maxCorrectable: Int

    public init(
        valueOfSuccess: Money = Money(microDollars: 100_000), penaltyPerSecond: Money = Money(microDollars: 1_000),
        costCeiling: Money? = nil, ceilingWindow: Int = 1_000, prior: PathPrior = PathPrior(),
        priors: [ModelPath: PathPrior] = [:], halfLife: Duration = .seconds(7 * 86_400),
        halfLifeInOutcomes: Double = 1_000, lowStakesExploration: Double = 0.2, normalExploration: Double = 0.1,
        probeShare: Double = 0.02, falseAlarmInterval: Double = 10_000, contexts: ContextUse = .off,
        contextStrength: Double = 20, propensityDraws: Int = 0, maxTasks: Int = 1_000, maxPathsPerTask: Int = 32,
        maxContextsPerPath: Int = 32, maxCorrectable: Int = 10_000
    ) {
        self.valueOfSuccess = valueOfSuccess
        self.penaltyPerSecond = penaltyPerSecond
        self.costCeiling = costCeiling
        self.ceilingWindow = ceilingWindow
        self.prior = prior
        self.priors = priors
        self.halfLife = halfLife
        self.halfLifeInOutcomes = halfLifeInOutcomes
        self.lowStakesExploration = lowStakesExploration
        self.normalExploration = normalExploration
        self.probeShare = probeShare
        self.falseAlarmInterval = falseAlarmInterval
        self.contexts = contexts
        self.contextStrength = contextStrength
        self.propensityDraws = propensityDraws
        self.maxTasks = maxTasks
        self.maxPathsPerTask = maxPathsPerTask
        self.maxContextsPerPath = maxContextsPerPath
        self.maxCorrectable = maxCorrectable
    }

    /// What can't be meant, a sentence each; empty when everything can. A router must not be made with any.
    public var problems: [String] {
        var problems: [String] = []
        func demand(_ holds: Bool, _ problem: String) { if !holds { problems.append(problem) } }
        demand(self.valueOfSuccess > .zero, "The value of a success is \(self.valueOfSuccess); make it larger than $0.")
        demand(self.penaltyPerSecond >= .zero, "The penalty per second is below $0; waiting can't be a gain.")
        demand(self.costCeiling.map { $0 > .zero } ?? true, "A cost ceiling of $0 admits no path; leave it out.")
        demand(self.ceilingWindow >= 100, "The ceiling's window is \(self.ceilingWindow) calls; 100 or more.")
        demand(self.halfLife > .zero, "The half-life is \(self.halfLife); make it longer than zero.")
        demand(
            self.halfLifeInOutcomes >= 10 && self.halfLifeInOutcomes.isFinite,
            "The half-life in outcomes is \(self.halfLifeInOutcomes); 10 or more, or nothing is ever learned.")
        for (name, share) in [
            ("exploration at low stakes", self.lowStakesExploration),
            ("exploration at normal stakes", self.normalExploration), ("share of probes", self.probeShare),
        ] {
            demand(share >= 0 && share <= 1, "The \(name) is \(share); a share of calls from 0 to 1.")
        }
        demand(self.falseAlarmInterval >= 10, "False alarms every \(self.falseAlarmInterval) outcomes; 10 or more.")
        demand(self.contextStrength > 0, "The contexts' strength is \(self.contextStrength); larger than 0.")
        demand(
            (0...10_000).contains(self.propensityDraws), "\(self.propensityDraws) draws for a propensity; 0 to 10,000.")
        for (name, bound) in [
            ("tasks", self.maxTasks), ("paths per task", self.maxPathsPerTask),
            ("contexts per path", self.maxContextsPerPath), ("correctable outcomes", self.maxCorrectable),
        ] {
            demand(bound >= 1, "At most \(bound) \(name) is none; 1 or more.")
        }
        return problems
    }

    func prior(for path: ModelPath) -> PathPrior {
        self.priors.isEmpty ? self.prior : self.priors[path] ?? self.prior
    }

    func exploration(at stakes: Stakes) -> Double {
        switch stakes {
        case .low: self.lowStakesExploration
        case .normal: self.normalExploration
        case .critical: 0
        }
    }
}
