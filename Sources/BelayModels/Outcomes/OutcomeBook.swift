import BelayCore
import BelayResilience
import BelayRouting

/// What became of the calls of a gateway: judged, told to the routes that learn, remembered, and kept in a store.
///
/// The last outcomes are remembered in the process. With a store (``keep(in:)``) and ``Gateway/run()`` they are also written
/// to it, in batches, and what other nodes write is learned from.
public final class OutcomeBook: Sendable {
    /// An answer that somebody has yet to judge.
    struct Unjudged: Sendable {
        var outcome: CallOutcome
        var answer: SuccessFunction.Answer
        var function: SuccessFunction
    }

    /// A store, and the name by which this process writes to it.
    struct Shelf: Sendable {
        var store: any OutcomeStore
        var node: NodeID
        /// Up to which write it was read when it was named.
        var read: Int64
    }

    private struct Waiting {
        var outcomes: [CallOutcome] = []
        var unjudged: [Unjudged] = []
    }

    let options: OutcomeOptions
    let wallClock: any WallClock
    let report: @Sendable (GatewayReport) -> Void
    private let tasks: [String: SuccessFunction]
    private let chooser: PathChooser
    private let memory: InMemoryOutcomeStore
    private let waiting = Locked(Waiting())
    private let kept = Locked<Shelf?>(nil)
    private let random: RandomSource
    /// In its own memory a process is alone.
    private static let local = NodeID(rawValue: "node_local")

    init(
        options: OutcomeOptions, tasks: [String: SuccessFunction], chooser: PathChooser,
        wallClock: any WallClock, random: RandomSource, report: @escaping @Sendable (GatewayReport) -> Void
    ) {
        self.options = options
        self.tasks = tasks
        self.chooser = chooser
        self.wallClock = wallClock
        self.random = random
        self.report = report
        self.memory = InMemoryOutcomeStore(bound: options.maxRemembered)
    }

    /// Where outcomes are kept beyond this process; nil when nowhere.
    var shelf: Shelf? { self.kept.withLock { $0 } }

    /// The store, or else what the process remembers.
    private var source: any OutcomeStore { self.shelf?.store ?? self.memory }

    /// Whether outcomes that others wrote change anything here.
    var learns: Bool { self.chooser.learns }

    /// Keeps outcomes from now on, and lets the routes that learn begin with what is kept. Writing them is
    /// ``Gateway/run()``.
    ///
    /// - Throws: `StoreError`.
    public func keep(in store: any OutcomeStore) async throws {
        let now = self.wallClock.now
        var random = self.random
        let shelf = Shelf(
            store: store, node: NodeID.make(at: now, using: &random), read: try await store.lastOutcomeNumber())
        self.kept.withLock { $0 = shelf }
        guard self.learns else { return }
        let filter = OutcomeFilter(since: now.advanced(by: .zero - self.options.retention))
        let known = try await store.outcomes(filter, before: nil, limit: self.options.maxWarm)
        for outcome in known.reversed() { self.learn(outcome, of: nil, at: now) }
    }

    /// Outcomes from new to old.
    ///
    /// - Parameters:
    ///   - place: Only older ones; nil begins with the newest.
    ///   - limit: 1 to 10,000.
    /// - Throws: `StoreError`.
    public func outcomes(
        _ filter: OutcomeFilter, before place: OutcomePlace? = nil, limit: Int
    ) async throws -> [CallOutcome] {
        await self.flush()
        return try await self.source.outcomes(filter, before: place, limit: limit)
    }

    /// The outcome of this name; nil when there is none.
    ///
    /// - Throws: `StoreError`.
    public func outcome(named id: String) async throws -> CallOutcome? {
        await self.flush()
        // What could not be written yet is still remembered.
        return try await self.source.outcome(named: id) ?? self.memory.outcome(named: id)
    }

    /// How each path did.
    ///
    /// - Throws: `StoreError`.
    public func summary(_ filter: OutcomeFilter) async throws -> OutcomeSummary {
        await self.flush()
        return try await self.source.summary(filter)
    }

    /// Judges a call, or corrects an earlier judgement. With a store it is durable when this returns. Of two judgements at
    /// the same moment one counts.
    ///
    /// - Parameters:
    ///   - success: 0 for useless to 1 for right.
    ///   - corrects: Whether it counts also when the call was judged before.
    /// - Returns: The outcome as it is now; nil when there is none of this name.
    /// - Throws: `StoreError`.
    @discardableResult
    public func judge(_ id: String, success: Double, corrects: Bool = true) async throws -> CallOutcome? {
        precondition((0...1).contains(success), "A success of \(success) is no share; 0 to 1.")
        guard var outcome = try await self.outcome(named: id) else { return nil }
        if !corrects, outcome.success != nil { return outcome }
        // The number is given out before anything is awaited, so that a note that comes meanwhile gets a later one.
        outcome.revision = self.memory.nextRevision(of: outcome)
        outcome.success = success
        if let shelf { try await shelf.store.keep([outcome], by: shelf.node) }
        self.memory.keep([outcome], by: Self.local)
        self.learn(outcome, of: nil, at: self.wallClock.now)
        return outcome
    }
}

extension OutcomeBook {
    /// Takes what became of a call.
    ///
    /// - Parameters:
    ///   - outcomes: The last one is that of the path that ended the call.
    ///   - answer: Nil when there was none.
    ///   - route: The one that chose.
    ///   - isUnchecked: Whether ``note(_:isValid:)`` follows for the last one. Until then the routes that learn know nothing
    ///     of its success: of a path's health only the first judgement tells, so that has to be the right one.
    func record(
        _ outcomes: [CallOutcome], answer: SuccessFunction.Answer?, of route: String, isUnchecked: Bool = false
    ) {
        guard let last = outcomes.indices.last else { return }
        var outcomes = outcomes
        let function = answer.flatMap { self.tasks[$0.task] }
        if let answer, let function { outcomes[last].success = function.judgement(of: answer) }
        let now = self.wallClock.now
        for outcome in outcomes.dropLast() { self.learn(outcome, of: route, at: now) }
        if isUnchecked {
            var open = outcomes[last]
            open.success = nil
            self.tell(open, of: route, at: now)
        } else {
            self.learn(outcomes[last], of: route, at: now)
        }
        self.memory.keep(outcomes, by: Self.local)
        if self.shelf != nil { self.enqueue(outcomes) }
        if let answer, let function, function.asksLater {
            self.enqueue(Unjudged(outcome: outcomes[last], answer: answer, function: function))
        }
    }

    /// Takes whether an answer was the value that was asked for, as soon as it is known. One that wasn't was of no use,
    /// whatever was said of it before. One that was is right, unless its task has a success function: that one says it, now
    /// or later.
    func note(_ id: String, isValid: Bool) {
        guard var outcome = self.memory.outcome(named: id) else { return }
        let right: Double? = self.tasks[outcome.task] == nil ? 1 : nil
        guard let success = isValid ? outcome.success ?? right : 0 else { return }
        outcome.revision = self.memory.nextRevision(of: outcome)
        outcome.success = success
        self.memory.keep([outcome], by: Self.local)
        if self.shelf != nil { self.enqueue([outcome]) }
        self.learn(outcome, of: nil, at: self.wallClock.now)
    }

    /// Whether somebody has said what an answer was worth that waits to be judged.
    func isSettled(_ unjudged: Unjudged) -> Bool {
        self.memory.outcome(named: unjudged.outcome.id)?.success != nil
    }

    /// Lets the routes that learn know. An answer to a task that has no success function counts as right for them until
    /// somebody says otherwise, for else they would only ever learn of failures.
    func learn(_ outcome: CallOutcome, of route: String?, at now: Timestamp) {
        var outcome = outcome
        if outcome.success == nil, outcome.error == nil, self.tasks[outcome.task] == nil { outcome.success = 1 }
        self.tell(outcome, of: route, at: now)
    }

    private func tell(_ outcome: CallOutcome, of route: String?, at now: Timestamp) {
        for change in self.chooser.learn(outcome, of: route, at: now) {
            self.report(
                change.isSuspended
                    ? .pathSuspended(change.path, task: change.task) : .pathRestored(change.path, task: change.task))
        }
    }

    private func enqueue(_ outcomes: [CallOutcome]) {
        let dropped = self.waiting.withLock { waiting in
            let room = max(0, self.options.maxWaiting - waiting.outcomes.count)
            waiting.outcomes += outcomes.prefix(room)
            return max(0, outcomes.count - room)
        }
        if dropped > 0 { self.report(.outcomesDropped(count: dropped)) }
    }

    private func enqueue(_ unjudged: Unjudged) {
        let isFull = self.waiting.withLock { waiting in
            guard waiting.unjudged.count < self.options.maxUnjudged else { return true }
            waiting.unjudged.append(unjudged)
            return false
        }
        if isFull { self.report(.judgementsDropped(count: 1)) }
    }

    /// The next answers to be judged by a model or a tool.
    func takeUnjudged(_ limit: Int) -> [Unjudged] {
        self.waiting.withLock { waiting in
            defer { waiting.unjudged.removeFirst(min(limit, waiting.unjudged.count)) }
            return Array(waiting.unjudged.prefix(limit))
        }
    }

    /// Writes what waits now, and not what comes meanwhile: under load there is always more. What the store doesn't take
    /// waits on.
    func flush() async {
        guard let shelf else { return }
        var due = self.waiting.withLock { $0.outcomes.count }
        while due > 0 {
            let batch = self.waiting.withLock { waiting in
                let count = min(Self.batch, due, waiting.outcomes.count)
                defer { waiting.outcomes.removeFirst(count) }
                return Array(waiting.outcomes.prefix(count))
            }
            guard !batch.isEmpty else { return }
            due -= batch.count
            do {
                try await shelf.store.keep(batch, by: shelf.node)
            } catch {
                self.putBack(batch)
                return self.tellDelay(of: batch.count, error)
            }
        }
    }

    /// Says that the store failed. A stop ends what is under way, which is no failure.
    func tellDelay(of count: Int, _ error: any Error) {
        if !(error is CancellationError) { self.report(.outcomesDelayed(count: count, reason: "\(error)")) }
    }

    /// Outcomes in one write.
    private static let batch = 512

    private func putBack(_ batch: [CallOutcome]) {
        let dropped = self.waiting.withLock { waiting in
            waiting.outcomes.insert(contentsOf: batch, at: 0)
            let excess = max(0, waiting.outcomes.count - self.options.maxWaiting)
            waiting.outcomes.removeLast(excess)
            return excess
        }
        if dropped > 0 { self.report(.outcomesDropped(count: dropped)) }
    }
}
