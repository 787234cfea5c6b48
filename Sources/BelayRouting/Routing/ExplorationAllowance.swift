import BelayCore

/// How many calls of a task may still take another than the best path: a share of all calls, and a few in advance.
///
/// In any n calls at most share × n + `burst` explore.
struct ExplorationAllowance: Sendable, Hashable {
    /// What a new task may try before the share counts, so that it begins with knowledge.
    static let burst = 10.0

    private var low = Self.burst
    private var normal = Self.burst
    private var probes = 0.0
    private(set) var decisions: UInt64 = 0

    /// Counts a call.
    mutating func earn(at stakes: Stakes, options: LearnedRoutingOptions) {
        self.decisions += 1
        switch stakes {
        case .low: self.low = min(Self.burst, self.low + options.lowStakesExploration)
        case .normal: self.normal = min(Self.burst, self.normal + options.normalExploration)
        case .critical: return
        }
        self.probes = min(1, self.probes + options.probeShare)
    }

    /// Whether one more may explore at these stakes.
    func allows(at stakes: Stakes, options: LearnedRoutingOptions) -> Bool {
        switch stakes {
        case .low: self.low >= 1 && options.lowStakesExploration > 0
        case .normal: self.normal >= 1 && options.normalExploration > 0
        case .critical: false
        }
    }

    /// Whether a path that failed is to be looked after with this call.
    func allowsProbe(at stakes: Stakes, options: LearnedRoutingOptions) -> Bool {
        // A share such as 0.02 isn't exact, fifty of them are not quite 1.
        self.probes >= 1 - 1e-9 && self.allows(at: stakes, options: options)
    }

    mutating func spend(at stakes: Stakes, isProbe: Bool) {
        switch stakes {
        case .low: self.low -= 1
        case .normal: self.normal -= 1
        case .critical: break
        }
        if isProbe { self.probes = 0 }
    }
}
