import BelayCore
import Foundation

/// What is known of the paths of one task.
///
/// Everything ages with time and with each new outcome of the task, whichever path it took (discounted Thompson
/// sampling: Raj and Kalyani, "Taming non-stationary bandits: a Bayesian approach", 2017). So a path that wasn't taken
/// for a while becomes uncertain again, and is looked at.
package struct TaskEvidence: Sendable, Hashable, Codable {
    package let task: String
    package private(set) var paths: [PathEvidence] = []
    /// In half-lives.
    package private(set) var age = 0.0
    /// Until when time has been counted into the age.
    package private(set) var time: Timestamp

    package init(task: String, time: Timestamp) {
        self.task = task
        self.time = time
    }

    /// - Parameter guess: Where it probably is; candidates mostly come in the same order.
    package func index(of path: ModelPath, guess: Int = 0) -> Int? {
        if guess < self.paths.count, self.paths[guess].path == path { return guess }
        return self.paths.firstIndex { $0.path == path }
    }

    /// The age that it would have at `now`.
    func age(at now: Timestamp, options: LearnedRoutingOptions) -> Double {
        self.age + max(0, self.time.duration(to: now).seconds) / options.halfLife.seconds
    }

    mutating func advance(to now: Timestamp, options: LearnedRoutingOptions) {
        self.age = self.age(at: now, options: options)
        self.time = max(self.time, now)
    }

    /// Adds a new outcome.
    ///
    /// - Returns: Which path it went to; its origin there, nil when it can't be corrected; and what it changed.
    mutating func record(
        _ outcome: CallOutcome, serial: () -> UInt64, at now: Timestamp, options: LearnedRoutingOptions
    ) -> (serial: UInt64, origin: Double?, change: PathHealth.Change?) {
        self.advance(to: now, options: options)
        self.age += 1 / options.halfLifeInOutcomes
        let index = self.place(for: outcome.path, serial: serial, bound: options.maxPathsPerTask)
        let lateness = max(0, outcome.time.duration(to: now).seconds) / options.halfLife.seconds
        let result = self.paths[index].record(
            outcome.evidence, context: outcome.context, at: outcome.time, taskAge: self.age, lateness: lateness,
            options: options)
        return (self.paths[index].serial, result.origin, result.change)
    }

    /// - Returns: Whether the path was still known, and what the correction changed.
    mutating func correct(
        _ entry: OutcomeLedger.Entry, to new: Evidence, at time: Timestamp, options: LearnedRoutingOptions
    ) -> (isKnown: Bool, change: PathHealth.Change?) {
        guard let index = self.paths.firstIndex(where: { $0.serial == entry.serial }) else { return (false, nil) }
        let change = self.paths[index].correct(
            entry.evidence, to: new, context: entry.context, from: entry.origin, at: time, taskAge: self.age,
            options: options)
        return (true, change)
    }

    mutating func probed(path index: Int, by decision: UInt64) { self.paths[index].probed(by: decision) }

    /// Adds what another node knows. Evidence adds up; so that nodes together forget no slower than one alone, it never
    /// weighs more than one node would remember of endless outcomes.
    mutating func merge(_ other: TaskEvidence, serial: () -> UInt64, options: LearnedRoutingOptions) {
        var other = other
        let latest = max(self.time, other.time)
        self.advance(to: latest, options: options)
        other.advance(to: latest, options: options)
        for theirs in other.paths {
            let index = self.place(for: theirs.path, serial: serial, bound: options.maxPathsPerTask)
            self.paths[index].merge(
                theirs, taskAge: self.age, otherTaskAge: other.age, maxContexts: options.maxContextsPerPath)
        }
        self.limitWeight(options: options)
    }

    private mutating func limitWeight(options: LearnedRoutingOptions) {
        let total = self.paths.reduce(0) {
            $0 + $1.posterior.success.weight * exp2(min(0, $1.posterior.age - $1.age(atTaskAge: self.age)))
        }
        // The sum of 2^(-k/h) over all k from 0.
        let most = 1 / (1 - exp2(-1 / options.halfLifeInOutcomes))
        guard total > most else { return }
        for index in self.paths.indices { self.paths[index].grow(olderBy: log2(total / most)) }
    }

    /// The path's place; the one with the least evidence makes room.
    private mutating func place(for path: ModelPath, serial: () -> UInt64, bound: Int) -> Int {
        if let index = self.index(of: path) { return index }
        let new = PathEvidence(path: path, serial: serial(), taskAge: self.age)
        guard self.paths.count >= bound else {
            self.paths.append(new)
            return self.paths.count - 1
        }
        let weights = self.paths.map {
            $0.posterior.success.weight * exp2(min(0, $0.posterior.age - $0.age(atTaskAge: self.age)))
        }
        let lightest = weights.indices.min { weights[$0] < weights[$1] } ?? 0
        self.paths[lightest] = new
        return lightest
    }
}
