/// How a policy did in a world.
package struct PolicyReport: Sendable, Hashable {
    package let policy: String
    package let calls: Int
    /// What a call was worth on average, in dollars.
    package internal(set) var reward = 0.0
    /// The share of calls that succeeded.
    package internal(set) var success = 0.0
    /// The mean cost of a call, in dollars.
    package internal(set) var cost = 0.0
    /// What a call was expected to be worth less than one that the oracle chose, on average, in dollars.
    package internal(set) var regret = 0.0
    /// The regret as a part of what the oracle's choice was worth.
    package internal(set) var relativeRegret = 0.0
    /// For each window of the world, the share of each path.
    package internal(set) var shares: [[Double]] = []
    /// Calls from the beginning of the outage until fewer than a tenth of the last 20 took the failing path; nil without
    /// an outage, when the policy didn't use that path much before, or when it never left.
    package internal(set) var callsToLeave: Int?
    /// Calls from the end of the outage until the path's share of the last 100 was more than half of what it had been.
    package internal(set) var callsToReturn: Int?
    /// The part of the calls that another path was known to be better for.
    package internal(set) var explored = 0.0
    /// The largest mean cost of any window of calls, as a multiple of the ceiling; nil without one.
    package internal(set) var worstWindow: Double?

    init(policy: String, calls: Int) {
        self.policy = policy
        self.calls = calls
    }
}
