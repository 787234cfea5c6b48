import BelayCore
import Foundation

/// Notices that a path fails much more often than it did, and later that it works again.
///
/// A cumulative sum test (Page, "Continuous inspection schemes", Biometrika 41 (1954)) between the path's own rate of
/// success and a quarter of it. A path that is right 95 times in 100 is suspended after four failures in a row; one that
/// is right 3 times in 10 needs many more. With the threshold log(n), false alarms are n outcomes apart at least, on
/// average (Lorden, Annals of Mathematical Statistics 42 (1971)).
package struct PathHealth: Sendable, Hashable, Codable {
    package enum Change: Sendable, Hashable { case suspended, restored }

    package struct Suspension: Sendable, Hashable, Codable {
        package var since: Timestamp
        /// The rate of success before.
        var usual: Double
        /// The evidence that it works again, as a logarithm of odds; never below zero.
        var hope: Double
        /// How it has done since, the last ten or so outcomes.
        var recent = DiscountedRate()
        /// The age of its evidence when it began; the evidence waits there.
        var age: Double
        /// The number of the task's decision that probed it last.
        package var lastProbe: UInt64 = 0

        /// What to expect of it when no other path is left.
        var belief: BetaDistribution { self.recent.posterior(priorMean: self.usual / 4, strength: 1) }
    }

    /// Odds of 20 to 1 that it works as before: three probes for a path that is nearly always right.
    private static let hopeNeeded = log(20.0)

    private var suspicion = 0.0
    package private(set) var suspension: Suspension?
    /// When it last came back: suspensions from before are over, on whichever node they were noticed.
    private var restored: Timestamp?

    package init() {}

    package var isSuspended: Bool { self.suspension != nil }

    /// Takes an outcome.
    ///
    /// - Parameters:
    ///   - success: 0 to 1.
    ///   - usual: The rate that was expected of this path before the outcome.
    ///   - time: When the call ended: what was sent before the suspension says nothing about a recovery.
    ///   - age: The age of the path's evidence.
    package mutating func record(
        success: Double, usual: Double, at time: Timestamp, age: Double, falseAlarmInterval: Double
    ) -> Change? {
        if var suspension = self.suspension {
            guard time >= suspension.since else { return nil }
            suspension.recent.scale(by: 0.9)
            suspension.recent.add(success, weight: 1)
            suspension.hope = max(0, suspension.hope - Self.doubt(success, usual: suspension.usual))
            self.suspension = suspension
            guard suspension.hope >= Self.hopeNeeded else { return nil }
            self = PathHealth()
            self.restored = time
            return .restored
        }
        self.suspicion = max(0, self.suspicion + Self.doubt(success, usual: usual))
        guard self.suspicion >= log(falseAlarmInterval) else { return nil }
        self.suspicion = 0
        self.suspension = Suspension(since: time, usual: usual, hope: 0, age: age)
        return .suspended
    }

    /// Moves the age at which the evidence waits.
    mutating func wait(at age: Double) { self.suspension?.age = age }

    package mutating func probed(by decision: UInt64) { self.suspension?.lastProbe = decision }

    /// Takes over what another node has seen last: a suspension, or the end of one.
    mutating func merge(_ other: PathHealth, age: Double) -> Change? {
        self.suspicion = max(self.suspicion, other.suspicion)
        if let theirs = other.restored, self.restored.map({ $0 < theirs }) ?? true { self.restored = theirs }
        if let restored = self.restored, let ours = self.suspension, ours.since < restored {
            self.suspension = nil
            self.suspicion = 0
            return .restored
        }
        guard var theirs = other.suspension, self.suspension.map({ $0.since < theirs.since }) ?? true,
            self.restored.map({ $0 <= theirs.since }) ?? true
        else { return nil }
        let isNew = self.suspension == nil
        theirs.age = self.suspension?.age ?? age
        theirs.lastProbe = self.suspension?.lastProbe ?? 0
        self.suspension = theirs
        return isNew ? .suspended : nil
    }

    /// How much more likely an outcome is for a failing path than for a working one, as a logarithm.
    private static func doubt(_ success: Double, usual: Double) -> Double {
        let working = min(max(usual, 0.05), 0.99)
        let failing = working / 4
        return success * log(failing / working) + (1 - success) * log((1 - failing) / (1 - working))
    }
}
