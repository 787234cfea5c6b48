import BelayCore
import Foundation

/// What is known of one path for one task, over all and by context.
package struct PathEvidence: Sendable, Hashable, Codable {
    /// The success in one context.
    struct Cell: Sendable, Hashable, Codable {
        let context: OutcomeContext
        var age: Double
        var rate: DiscountedRate

        mutating func advance(to age: Double) {
            guard age > self.age else { return }
            self.rate.scale(by: exp2(self.age - age))
            self.age = age
        }
    }

    package let path: ModelPath
    /// Unique among all paths that were ever remembered here, so that a correction can't meet a namesake.
    let serial: UInt64
    package private(set) var posterior: ArmPosterior
    package private(set) var health = PathHealth()
    private(set) var cells: [Cell] = []
    private var gain = ContextGain()
    /// By how much this path's evidence is older than the task's.
    private var shift = 0.0

    /// How many outcomes of the time before a failure count after it.
    private static let keptThroughSuspension = 40.0

    init(path: ModelPath, serial: UInt64, taskAge: Double) {
        self.path = path
        self.serial = serial
        self.posterior = ArmPosterior(age: taskAge)
    }

    /// The age of evidence that comes in now. It stands still while the path is suspended: what was known of it before
    /// comes back with it.
    func age(atTaskAge taskAge: Double) -> Double { self.health.suspension?.age ?? taskAge + self.shift }

    /// Whether the context of a request told more about this path's success than chance explains.
    package var contextsPay: Bool { self.gain.isProven }

    func belief(atTaskAge taskAge: Double, prior: PathPrior) -> BetaDistribution {
        self.posterior.belief(at: self.age(atTaskAge: taskAge), prior: prior)
    }

    /// The belief for one context: its own outcomes, on top of as many of all contexts together as `strength` says.
    func belief(
        in context: OutcomeContext, atTaskAge taskAge: Double, prior: PathPrior, strength: Double
    ) -> BetaDistribution {
        let general = self.belief(atTaskAge: taskAge, prior: prior)
        guard let index = self.cells.firstIndex(where: { $0.context == context }) else { return general }
        var cell = self.cells[index]
        cell.advance(to: self.age(atTaskAge: taskAge))
        return cell.rate.posterior(priorMean: general.mean, strength: min(strength, general.alpha + general.beta))
    }

    /// Adds evidence, unless the path is suspended: then it only tells whether the path works again.
    ///
    /// - Parameter lateness: How much older the evidence is than now, in half-lives.
    /// - Returns: The age to give to `correct`; nil when the evidence wasn't counted.
    mutating func record(
        _ evidence: Evidence, context: OutcomeContext, at time: Timestamp, taskAge: Double, lateness: Double,
        options: LearnedRoutingOptions
    ) -> (origin: Double?, change: PathHealth.Change?) {
        let isCounted = !self.health.isSuspended
        let origin = self.age(atTaskAge: taskAge) - lateness
        let change = self.notice(evidence.success, at: time, taskAge: taskAge, options: options)
        guard isCounted else { return (nil, change) }
        if options.contexts == .whereItPays, let success = evidence.success {
            self.compare(success, context: context, taskAge: taskAge, options: options)
        }
        self.posterior.add(evidence, from: origin)
        self.addToCell(evidence.success, context: context, from: origin, bound: options.maxContextsPerPath)
        if change == .suspended { self.keepLittle() }
        return (origin, change)
    }

    /// Replaces evidence that was recorded with this `origin`. A judgement that comes only now tells about the path's
    /// health what one in time would have told.
    mutating func correct(
        _ old: Evidence, to new: Evidence, context: OutcomeContext, from origin: Double?, at time: Timestamp,
        taskAge: Double, options: LearnedRoutingOptions
    ) -> PathHealth.Change? {
        let isFirst = old.success == nil
        let change = isFirst ? self.notice(new.success, at: time, taskAge: taskAge, options: options) : nil
        if let origin {
            self.posterior.remove(old, from: origin)
            self.posterior.add(new, from: origin)
            self.removeFromCell(old.success, context: context, from: origin)
            self.addToCell(new.success, context: context, from: origin, bound: options.maxContextsPerPath)
        }
        if change == .suspended { self.keepLittle() }
        return change
    }

    private mutating func notice(
        _ success: Double?, at time: Timestamp, taskAge: Double, options: LearnedRoutingOptions
    ) -> PathHealth.Change? {
        guard let success else { return nil }
        let age = self.age(atTaskAge: taskAge)
        let usual = self.belief(atTaskAge: taskAge, prior: options.prior(for: self.path)).mean
        let change = self.health.record(
            success: success, usual: usual, at: time, age: age, falseAlarmInterval: options.falseAlarmInterval)
        if change == .restored { self.shift = age - taskAge }
        return change
    }

    /// Both ways to predict are asked before they see the outcome.
    private mutating func compare(
        _ success: Double, context: OutcomeContext, taskAge: Double, options: LearnedRoutingOptions
    ) {
        let prior = options.prior(for: self.path)
        let general = self.belief(atTaskAge: taskAge, prior: prior).mean
        let special = self.belief(
            in: context, atTaskAge: taskAge, prior: prior, strength: options.contextStrength
        ).mean
        self.gain.add(special: special, general: general, success: success, at: self.age(atTaskAge: taskAge))
    }

    mutating func probed(by decision: UInt64) { self.health.probed(by: decision) }

    /// Adds what another node knows of this path. Their ages differ, the weights at these ages don't.
    mutating func merge(_ other: PathEvidence, taskAge: Double, otherTaskAge: Double, maxContexts: Int) {
        let age = self.age(atTaskAge: taskAge)
        let theirAge = other.age(atTaskAge: otherTaskAge)
        var theirs = other.posterior
        theirs.advance(to: theirAge)
        theirs.rebase(to: age)
        self.posterior.advance(to: age)
        self.posterior.merge(theirs)
        for var cell in other.cells {
            cell.advance(to: theirAge)
            self.merge(Cell(context: cell.context, age: age, rate: cell.rate), bound: maxContexts)
        }
        self.gain.merge(other.gain, at: age, theirAge: theirAge)
        switch self.health.merge(other.health, age: age) {
        case .restored: self.shift = age - taskAge
        case .suspended: self.keepLittle()
        case nil: break
        }
    }

    /// Lets the evidence weigh less at once, without making any time pass.
    mutating func grow(olderBy halfLives: Double) {
        guard !self.health.isSuspended, halfLives > 0 else { return }
        self.shift += halfLives
    }

    /// What was true before a failure is a hint for the time after it, not more.
    private mutating func keepLittle() {
        guard var age = self.health.suspension?.age else { return }
        let excess = self.posterior.success.weight / Self.keptThroughSuspension
        if excess > 1 { age += log2(excess) }
        self.posterior.advance(to: age)
        self.health.wait(at: age)
    }

    private mutating func removeFromCell(_ success: Double?, context: OutcomeContext, from origin: Double) {
        guard let success, let index = self.cells.firstIndex(where: { $0.context == context }) else { return }
        self.cells[index].rate.remove(success, weight: exp2(origin - self.cells[index].age))
    }

    private mutating func addToCell(_ success: Double?, context: OutcomeContext, from origin: Double, bound: Int) {
        guard let success else { return }
        var cell = Cell(context: context, age: origin, rate: DiscountedRate())
        cell.rate.add(success, weight: 1)
        self.merge(cell, bound: bound)
    }

    /// Adds to the cell of the same context, or makes one, in the place of the lightest if there are enough.
    private mutating func merge(_ cell: Cell, bound: Int) {
        if let index = self.cells.firstIndex(where: { $0.context == cell.context }) {
            self.cells[index].advance(to: cell.age)
            var rate = cell.rate
            rate.scale(by: exp2(cell.age - self.cells[index].age))
            self.cells[index].rate.merge(rate)
        } else if self.cells.count < bound {
            self.cells.append(cell)
        } else if let lightest = self.cells.indices.min(by: {
            self.presentWeight(of: self.cells[$0], at: cell.age) < self.presentWeight(of: self.cells[$1], at: cell.age)
        }) {
            self.cells[lightest] = cell
        }
    }

    private func presentWeight(of cell: Cell, at age: Double) -> Double {
        cell.rate.weight * exp2(min(0, cell.age - age))
    }
}
