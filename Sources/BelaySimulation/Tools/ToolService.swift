import BelayCore

/// The services behind the tools: what really happened, whatever anybody believes.
final class ToolService: @unchecked Sendable {  // Touched on the simulation's thread only.
    /// One call of a model. Belay promises one key for all attempts at it, so deeds are not told apart by the keys that
    /// Belay computes: each would be a new deed then that never happened twice.
    fileprivate struct Call: Hashable {
        var execution: ExecutionID
        var callID: String
    }

    /// All that was ever asked for one call.
    private struct Deed {
        var kind: SimulatedTool.Kind
        var key: String
        var requests = 0
        var effects = 0
        var isUndone = false
    }

    private unowned let world: World
    unowned let witness: Witness
    private var deeds: [Call: Deed] = [:]
    /// Calls of which somebody was told that nothing happened, so that nothing must any more.
    private var fenced: Set<Call> = []

    init(world: World, witness: Witness) {
        self.world = world
        self.witness = witness
    }

    /// Belay calls a tool.
    func began(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) {
        let call = Call(invocation)
        var deed = self.deed(invocation, kind)
        deed.requests += 1
        self.deeds[call] = deed
        self.world.tell(self.world.speaker, "calls \(kind.rawValue) for \(self.name(call))")
        guard kind.effect != .readOnly else { return }
        let written = self.witness.records[call.execution]?.dispatches[call.callID] ?? 0
        self.world.require(
            written >= deed.requests,
            "\(kind.rawValue) \(self.name(call)) was called \(deed.requests) times, its journal has \(written) dispatches"
        )
        self.world.require(
            deed.requests == 1 || kind.effect == .idempotent,
            "\(kind.rawValue) \(self.name(call)) was called twice, though it is \(kind.effect.rawValue)")
    }

    /// The request arrives.
    func perform(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) throws(ToolFailure) -> String {
        let call = Call(invocation)
        var deed = self.deed(invocation, kind)
        guard !self.fenced.contains(call), !deed.isUndone else {
            throw ToolFailure(.rejected, "This key was closed.")
        }
        if kind.effect == .idempotent {
            deed.effects = 1
        } else {
            deed.effects += 1
        }
        self.deeds[call] = deed
        self.world.tell("service", "\(kind.rawValue) \(self.name(call)) happens")
        self.world.require(
            kind.effect == .readOnly || deed.effects == 1, "\(kind.rawValue) \(self.name(call)) happened twice")
        return "\(kind.rawValue) done"
    }

    /// Refuses everything that comes later for this call.
    ///
    /// - Returns: Whether it had happened.
    @discardableResult
    func fence(_ invocation: ToolInvocation) -> Bool {
        self.fence(Call(invocation), key: invocation.idempotencyKey)
    }

    @discardableResult
    func fence(_ callID: String, of execution: ExecutionID, key: String) -> Bool {
        self.fence(Call(execution: execution, callID: callID), key: key)
    }

    private func fence(_ call: Call, key: String) -> Bool {
        if let deed = self.deeds[call] { self.requireOneKey(deed, call, key) }
        if let deed = self.deeds[call], deed.effects > 0 { return true }
        self.fenced.insert(call)
        return false
    }

    /// - Returns: What came of it; nil when it didn't happen, and now never will.
    func probe(_ invocation: ToolInvocation) -> String? { self.fence(invocation) ? "it was done" : nil }

    func compensate(_ invocation: ToolInvocation) {
        let call = Call(invocation)
        if let deed = self.deeds[call] { self.requireOneKey(deed, call, invocation.idempotencyKey) }
        self.deeds[call]?.isUndone = true
        self.fenced.insert(call)
        self.world.tell("service", "\(invocation.callID) is undone")
    }

    private func deed(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) -> Deed {
        let call = Call(invocation)
        guard let deed = self.deeds[call] else { return Deed(kind: kind, key: invocation.idempotencyKey) }
        self.requireOneKey(deed, call, invocation.idempotencyKey)
        return deed
    }

    private func requireOneKey(_ deed: Deed, _ call: Call, _ key: String) {
        self.world.require(
            deed.key == key, "\(deed.kind.rawValue) \(self.name(call)) has two keys: \(deed.key) and \(key)")
    }

    private func name(_ call: Call) -> String { "\(self.witness.name(call.execution)) \(call.callID)" }

    // MARK: The end

    /// Holds what journals say of each call against what happened.
    func examine() {
        let deeds = self.deeds.sorted { ($0.key.execution, $0.key.callID) < ($1.key.execution, $1.key.callID) }
        for (call, deed) in deeds where deed.kind.effect != .readOnly {
            let events = self.witness.records[call.execution]?.entries.map(\.event) ?? []
            for event in events where event.callID == call.callID { self.compare(event, call, deed) }
            self.requireBill(of: call, deed, in: events)
        }
        self.requireKeysOfTheirOwn()
    }

    /// Whatever became of its answer: a call that happened is paid for.
    private func requireBill(of call: Call, _ deed: Deed, in events: [Event]) {
        guard deed.effects > 0, self.witness.records[call.execution]?.execution.isEnded == true else { return }
        let isBilled = events.contains {
            if case .toolCallBilled(let billed) = $0 { billed.callID == call.callID } else { false }
        }
        self.world.require(isBilled, "\(deed.kind.rawValue) \(self.name(call)) happened and was never billed")
    }

    private func requireKeysOfTheirOwn() {
        let keys = Set(self.deeds.values.map(\.key))
        self.world.require(keys.count == self.deeds.count, "\(self.deeds.count) calls have \(keys.count) keys")
    }

    private func compare(_ event: Event, _ call: Call, _ deed: Deed) {
        if case .toolCallDispatched(let dispatched) = event {
            self.requireOneKey(deed, call, dispatched.idempotencyKey)
        }
        let claim: (said: String, happened: Bool)? =
            switch event {
            case .toolCallDenied: ("denied", false)
            case .toolCallSucceeded: ("succeeded", true)
            case .toolCallFailed(let failed) where !failed.failure.mayHaveHappened: ("failed without effect", false)
            case .toolCallResolved(let resolved) where resolved.resolution == .happened:
                ("found to have happened", true)
            case .toolCallResolved(let resolved) where resolved.resolution == .didNotHappen:
                ("found not to have happened", false)
            case .toolCallResolved(let resolved) where resolved.resolution == .compensated:
                ("compensated", deed.isUndone)
            default: nil
            }
        guard let claim else { return }
        let isRight =
            claim.said == "compensated" ? deed.isUndone || deed.effects == 0 : claim.happened == (deed.effects > 0)
        self.world.require(
            isRight,
            "the journal says that \(deed.kind.rawValue) \(self.name(call)) \(claim.said); it happened "
                + "\(deed.effects) times")
    }
}

extension ToolService.Call {
    fileprivate init(_ invocation: ToolInvocation) {
        self.init(execution: invocation.execution, callID: invocation.callID)
    }
}

extension Event {
    /// The tool call that the event is about.
    var callID: String? {
        switch self {
        case .toolCallDenied(let event): event.callID
        case .toolCallDispatched(let event): event.callID
        case .toolCallSucceeded(let event): event.callID
        case .toolCallFailed(let event): event.callID
        case .toolCallResolved(let event): event.callID
        default: nil
        }
    }
}
