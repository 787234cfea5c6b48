import BelayCore
import BelayJSON
import BelayTesting

/// A store with one of the planted bugs.
final class PlantedStore: ForwardingStore, @unchecked Sendable {  // Touched on the simulation's thread only.
    let base: any ExecutionStore
    private let plant: Plant
    private unowned let world: World
    private var leases: [ExecutionID: Lease] = [:]
    /// Events that were confirmed and not written, with the number of the first.
    private var owed: [ExecutionID: [Event]] = [:]

    init(base: any ExecutionStore, plant: Plant, world: World) {
        self.base = base
        self.plant = plant
        self.world = world
    }

    func claim(
        by node: NodeID, limit: Int, for duration: Duration, within scope: ClaimScope
    ) async throws -> [Lease] {
        let leases = try await self.base.claim(by: node, limit: limit, for: duration, within: scope)
        for lease in leases { self.leases[lease.execution] = lease }
        return leases
    }

    func append(_ transition: Transition) async throws -> [JournalEvent] {
        var transition = transition
        let id = transition.lease.execution
        switch self.plant {
        case .dispatchBeforeCommit where transition.after == .keep:
            if transition.events.contains(where: { $0.name == .toolCallDispatched }), self.owed[id] == nil {
                return try await self.owe(transition)
            }
            return try await self.append(paying: transition)
        case .dispatchBeforeCommit: return try await self.append(paying: transition)
        case .epochNotChecked:
            let lease = self.leases[id] ?? transition.lease
            if lease.epoch != transition.lease.epoch { self.world.count("planted") }
            transition.lease = lease
        case .resultDroppedAtTakeover where transition.lease.epoch > 1 && transition.after == .keep:
            return try await self.dropResults(of: transition)
        case .doubleSettle:
            for case .modelAnswered(let answer) in transition.events where answer.step > 1 {
                self.world.count("planted")
                transition.head.usage += answer.usage
                transition.head.cost += answer.cost.amount ?? .zero
            }
        case .openCallAfterCancel where transition.events.last?.name == .cancelled:
            let kept = transition.events.filter { $0.name != .toolCallFailed && $0.name != .toolCallDenied }
            if kept.count < transition.events.count { self.world.count("planted") }
            transition.head.sequence -= transition.events.count - kept.count
            transition.events = kept
        case .attemptBilledTwice:
            guard let place = transition.events.firstIndex(where: \.isBilledFailure) else { break }
            guard case .attemptFailed(let failed) = transition.events[place] else { break }
            self.world.count("planted")
            transition.events.insert(transition.events[place], at: place)
            transition.happened = []
            transition.head.sequence += 1
            transition.head.usage += failed.attempt.failure.usage ?? .zero
            transition.head.cost += failed.attempt.cost?.amount ?? .zero
        case .lostTimer:
            if case .release(.some) = transition.after,
                transition.events.contains(where: {
                    if case .waitOpened(let wait) = $0 { wait.kind == .timer } else { false }
                })
            {
                self.world.count("planted")
                transition.after = .release(wakeAt: nil)
            }
        default: break
        }
        return try await self.base.append(transition)
    }

    /// Confirms a dispatch and writes it with the next commit.
    private func owe(_ transition: Transition) async throws -> [JournalEvent] {
        let id = transition.lease.execution
        self.world.count("planted")
        self.owed[id] = transition.events
        let now = self.world.wallClock.now
        return transition.events.enumerated().map {
            JournalEvent(sequence: transition.expectedSequence + $0.offset + 1, time: now, event: $0.element)
        }
    }

    private func append(paying transition: Transition) async throws -> [JournalEvent] {
        var transition = transition
        let debt = self.owed.removeValue(forKey: transition.lease.execution) ?? []
        transition.expectedSequence -= debt.count
        transition.events = debt + transition.events
        return Array(try await self.base.append(transition).dropFirst(debt.count))
    }

    private func dropResults(of transition: Transition) async throws -> [JournalEvent] {
        var kept = transition
        kept.events.removeAll { $0.name == .toolCallSucceeded || $0.name == .toolCallInDoubt }
        guard kept.events.count < transition.events.count else { return try await self.base.append(transition) }
        self.world.count("planted")
        kept.head.sequence = kept.expectedSequence + kept.events.count
        _ = try await self.base.append(kept)
        let now = self.world.wallClock.now
        return transition.events.enumerated().map {
            JournalEvent(sequence: transition.expectedSequence + $0.offset + 1, time: now, event: $0.element)
        }
    }

    func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        guard self.plant == .lostWaitAnswer, var record = try await self.base.wait(wait), record.status == .open else {
            return try await self.base.answer(wait, with: answer, by: by, request: request)
        }
        self.world.count("planted")
        (record.status, record.answer, record.answeredBy) = (.answered, answer, by)
        return record
    }
}

extension Event {
    /// Whether it is an attempt that failed and cost something.
    fileprivate var isBilledFailure: Bool {
        if case .attemptFailed(let failed) = self { failed.attempt.failure.usage != nil } else { false }
    }
}
