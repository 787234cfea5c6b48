import BelayCore
import BelayResilience

/// The last outcomes of a process, as many as are allowed. What was written longest ago makes room.
public final class InMemoryOutcomeStore: OutcomeStore {
    fileprivate struct Entry {
        var outcome: CallOutcome
        var node: NodeID
        var number: Int64
        /// The largest revision that it has, or that somebody was given for it.
        var revision: Int
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        /// In the order of writing. One whose number isn't its entry's any more was replaced.
        var order: [(number: Int64, id: String)] = []
        /// Before it, `order` is used up.
        var first = 0
        var last: Int64 = 0
    }

    private let bound: Int
    private let state = Locked(State())

    /// - Parameter bound: At least 1. Default 10,000.
    public init(bound: Int = 10_000) {
        precondition(bound >= 1, "A store of \(bound) outcomes keeps nothing.")
        self.bound = bound
    }

    public func keep(_ outcomes: [CallOutcome], by node: NodeID) {
        self.state.withLock { state in
            for outcome in outcomes { state.keep(outcome, by: node, bound: self.bound) }
        }
    }

    public func outcome(named id: String) -> CallOutcome? { self.state.withLock { $0.entries[id]?.outcome } }

    /// The number for a revision that somebody is about to write here and elsewhere. Nobody gets it twice while the outcome
    /// is remembered, so that all who keep it agree which one is the last.
    package func nextRevision(of outcome: CallOutcome) -> Int {
        self.state.withLock { state in
            let next = max(state.entries[outcome.id]?.revision ?? 0, outcome.revision) + 1
            state.entries[outcome.id]?.revision = next
            return next
        }
    }

    public func outcomes(_ filter: OutcomeFilter, before place: OutcomePlace?, limit: Int) -> [CallOutcome] {
        let matching = self.matching(filter).filter { outcome in place.map { outcome.place < $0 } ?? true }
        return Array(matching.sorted { $0.place > $1.place }.prefix(min(max(limit, 1), 10_000)))
    }

    private func matching(_ filter: OutcomeFilter) -> [CallOutcome] {
        self.state.withLock { state in state.entries.values.map(\.outcome).filter(filter.matches) }
    }

    public func summary(_ filter: OutcomeFilter) -> OutcomeSummary {
        var tally = OutcomeTally()
        for outcome in self.matching(filter) { tally.add(outcome) }
        return tally.summary(isPartial: false)
    }

    public func lastOutcomeNumber() -> Int64 { self.state.withLock { $0.last } }

    public func outcomes(after number: Int64, except node: NodeID, limit: Int) -> WrittenOutcomes {
        self.state.withLock { state in
            let entries = state.entries.values.filter { $0.number > number && $0.node != node }
                .sorted { $0.number < $1.number }.prefix(min(max(limit, 1), 10_000))
            let isAll = entries.count < limit
            return WrittenOutcomes(
                outcomes: entries.map(\.outcome),
                last: isAll ? max(number, state.last) : entries.last?.number ?? number)
        }
    }

    public func forgetOutcomes(before time: Timestamp, limit: Int) -> Int {
        self.state.withLock { state in
            let old = state.entries.values.filter { $0.outcome.time < time }.map(\.outcome.place).sorted().prefix(limit)
            for place in old { state.entries[place.id] = nil }
            return old.count
        }
    }
}

extension InMemoryOutcomeStore.State {
    fileprivate mutating func keep(_ outcome: CallOutcome, by node: NodeID, bound: Int) {
        let known = self.entries[outcome.id]
        if let known, known.outcome.revision >= outcome.revision { return }
        self.last += 1
        self.entries[outcome.id] = InMemoryOutcomeStore.Entry(
            outcome: outcome, node: node, number: self.last,
            revision: max(known?.revision ?? 0, outcome.revision))
        self.order.append((self.last, outcome.id))
        while self.entries.count > bound { self.dropOldest() }
        // Replaced ones leave marks behind; both kinds of room are given back before they are half of all.
        if self.first > bound || self.order.count - self.first > 2 * bound { self.compact() }
    }

    private mutating func dropOldest() {
        let mark = self.order[self.first]
        self.first += 1
        if self.entries[mark.id]?.number == mark.number { self.entries[mark.id] = nil }
    }

    private mutating func compact() {
        self.order = self.order[self.first...].filter { self.entries[$0.id]?.number == $0.number }
        self.first = 0
    }
}
