import BelayCore
import Foundation

/// What one outcome says about its path.
package struct Evidence: Sendable, Hashable {
    /// 0 to 1; nil when nobody has judged it yet.
    package var success: Double?
    /// Dollars; nil when unknown, which is not zero.
    package var cost: Double?
    /// Seconds.
    package var latency: Double

    package init(success: Double?, cost: Double?, latency: Double) {
        self.success = success
        self.cost = cost
        self.latency = latency
    }
}

/// What is known of one path for one task: its success, cost and latency, the older the less.
///
/// Age is counted in half-lives, on a scale of its own: evidence from age a weighs 2^(a - age). So an outcome that comes
/// late is added at the weight it would have by now, and one that was wrong is taken back at the weight it has left. This
/// is forward decay (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009) with the landmark moved along, so that nothing
/// overflows however long it runs.
package struct ArmPosterior: Sendable, Hashable, Codable {
    /// What the weights refer to, in half-lives.
    package private(set) var age: Double
    package private(set) var success: DiscountedRate
    /// Dollars.
    package private(set) var cost: DiscountedMean
    /// Seconds.
    package private(set) var latency: DiscountedMean

    package init(age: Double = 0) {
        self.age = age
        self.success = DiscountedRate()
        self.cost = DiscountedMean()
        self.latency = DiscountedMean()
    }

    /// Lets everything weigh less. An earlier age changes nothing: forgetting is not undone.
    package mutating func advance(to age: Double) {
        guard age > self.age else { return }
        let factor = exp2(self.age - age)
        self.age = age
        self.success.scale(by: factor)
        self.cost.scale(by: factor)
        self.latency.scale(by: factor)
    }

    package mutating func add(_ evidence: Evidence, from origin: Double) {
        self.advance(to: origin)
        let weight = exp2(origin - self.age)
        if let success = evidence.success { self.success.add(success, weight: weight) }
        if let cost = evidence.cost { self.cost.add(cost, weight: weight) }
        self.latency.add(evidence.latency, weight: weight)
    }

    /// Takes evidence back that was added with the same `origin`.
    package mutating func remove(_ evidence: Evidence, from origin: Double) {
        let weight = exp2(origin - self.age)
        if let success = evidence.success { self.success.remove(success, weight: weight) }
        if let cost = evidence.cost { self.cost.remove(cost, weight: weight) }
        self.latency.remove(evidence.latency, weight: weight)
    }

    /// Adds what another node knows. Both must have been brought to the same age, on the same scale.
    package mutating func merge(_ other: ArmPosterior) {
        self.success.merge(other.success)
        self.cost.merge(other.cost)
        self.latency.merge(other.latency)
    }

    /// The same weights, said to be of another age.
    package mutating func rebase(to age: Double) { self.age = age }

    /// The belief about its success at a later age, without writing it down.
    package func belief(at age: Double, prior: PathPrior) -> BetaDistribution {
        guard age > self.age else {
            return self.success.posterior(priorMean: prior.success, strength: prior.strength)
        }
        var faded = self.success
        faded.scale(by: exp2(self.age - age))
        return faded.posterior(priorMean: prior.success, strength: prior.strength)
    }
}
